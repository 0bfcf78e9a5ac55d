import { BatchNorm2d } from "../nn/norm.js";
import { add } from "../ops/elementwise/add.js";
import { div } from "../ops/elementwise/div.js";
import { mul } from "../ops/elementwise/mul.js";
import { sqrt } from "../ops/elementwise/sqrt.js";
import { sub } from "../ops/elementwise/sub.js";
import { mean } from "../ops/reduce/mean.js";
import type { Tensor } from "../tensor.js";

/**
 * The article's hand-written batch norm of [N, C, H, W], made of operations. It differs from this library in one point:
 * the running variance moves towards the biased variance of the batch, divided by m.
 */
export class CustomBatchNorm extends BatchNorm2d {
  override forward(x: Tensor): Tensor {
    const { weight, bias, runningMean, runningVar, eps, training } = this;
    const perChannel = (of: Tensor) => of.reshape([1, -1, 1, 1]);
    let centre = perChannel(runningMean as Tensor);
    let variance = perChannel(runningVar as Tensor);
    if (training) {
      centre = mean(x, [0, 2, 3], true);
      const deviation = sub(x, centre);
      variance = mean(mul(deviation, deviation), [0, 2, 3], true);
      this.#move(runningMean as Tensor, centre);
      this.#move(runningVar as Tensor, variance);
    }
    const standard = div(sub(x, centre), sqrt(add(variance, eps)));
    return add(mul(standard, perChannel(weight as Tensor)), perChannel(bias as Tensor));
  }

  #move(running: Tensor, batch: Tensor): void {
    const count = this.numBatchesTracked as Tensor<"int64">;
    const share = this.momentum ?? 1 / (Number(count.item()) + 1);
    running.data.forEach((value, c) => {
      running.data[c] = (1 - share) * value + share * batch.data[c];
    });
    if (running === this.runningVar) count.data[0] += 1n;
  }
}
