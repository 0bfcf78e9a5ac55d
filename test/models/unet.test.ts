import { describe, expect, test } from "vitest";
import { UNet } from "../../src/models/index.js";
import { binaryCrossEntropyWithLogits } from "../../src/ops/index.js";
import { Adam } from "../../src/optim/index.js";
import { manualSeed } from "../../src/random.js";
import { tensor, tidy, zeros } from "../../src/tensor.js";
import { randomTensor, useRuntime } from "../helpers.js";

const runtime = await useRuntime();

describe("UNet", () => {
  test.each(["bn", "gn:2", "frn", "ws"])("learns a mask with %s", (norm) => {
    manualSeed(1);
    const net = new UNet({ widths: [4, 8], norm, inChannels: 1, runtime });
    const x = randomTensor(runtime, [2, 1, 8, 8], 1);
    const target = tensor(
      x.toArray().map((v) => Number(v > 0)),
      [2, 1, 8, 8],
      { runtime },
    );
    const optimizer = new Adam(net.parameters(), { lr: 0.02 });
    const losses: number[] = [];
    for (let step = 0; step < 12; step++)
      tidy(() => {
        optimizer.zeroGrad();
        const loss = binaryCrossEntropyWithLogits(net.forward(x), target);
        loss.backward();
        losses.push(loss.item());
        optimizer.step();
      });
    expect(losses[11]).toBeLessThan(0.8 * losses[0]);
  });

  test("keeps the size, names its parts, and refuses sides that cannot be halved", () => {
    const net = new UNet({ widths: [2, 3, 4], outChannels: 5, runtime });
    expect(net.forward(zeros([1, 3, 8, 12], { runtime })).shape).toEqual([1, 5, 8, 12]);
    const keys = [...net.stateDict().keys()];
    expect(keys).toContain("down.0.0.weight");
    expect(keys).toContain("up.1.weight");
    expect(keys).toContain("decode.0.3.weight");
    expect(() => net.forward(zeros([1, 3, 6, 8], { runtime }))).toThrow(
      "UNet: expected input of shape [N, C, H, W] with H and W divisible by 4, got [1, 3, 6, 8]",
    );
    expect(() => new UNet({ widths: [] })).toThrow("UNet: expected at least one width, got none");
    expect(() => new UNet({ norm: "gn:3" })).toThrow("UNet: ");
    expect(
      new UNet({ widths: [2], runtime }).forward(zeros([1, 3, 5, 5], { runtime })).shape,
    ).toEqual([1, 1, 5, 5]);
  });
});
