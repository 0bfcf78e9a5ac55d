import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { behind } from "../../runtime/address.js";
import { empty, isShape, show, sizeOf, type Tensor } from "../../tensor.js";
import { axisOf } from "../axes.js";
import { checkSameRuntime, checkTensor } from "../check.js";

/**
 * The tensors one after another along `dim`.
 * @shape tensors [..., n₁, ...], [..., n₂, ...], … → [..., n₁ + n₂ + …, ...]
 * @throws RangeError unless all other lengths agree, and for no tensor; TypeError for what is no array of tensors
 * @source torch.cat
 */
export function concat(tensors: readonly Tensor[], dim = 0): Tensor {
  return call("concat", () => {
    if (!Array.isArray(tensors)) throw new TypeError("concat: expected an array of tensors");
    if (tensors.length === 0) throw new RangeError("concat: expected at least one tensor");
    tensors.forEach((part: Tensor, i) => {
      checkTensor("concat", `tensor ${i}`, part);
    });
    const [{ runtime, shape }]: readonly Tensor[] = tensors;
    checkSameRuntime("concat", tensors[0], ...tensors);
    if (shape.length === 0) throw new RangeError("concat: a scalar has no dimension to join along");
    const axis = axisOf("concat", dim, shape.length);
    const shapes = tensors.map((part: Tensor) => part.shape);
    shapes.forEach((other, i) => {
      if (isShape(other.with(axis, 0), shape.with(axis, 0))) return;
      throw new RangeError(
        `concat: expected tensor ${i} of shape ${show(shape)} but for dim ${axis}, got ${show(other)}`,
      );
    });

    const outer = sizeOf(shape.slice(0, axis));
    const lengths = shapes.map((part) => sizeOf(part.slice(axis)));
    const total = lengths.reduce((sum, length) => sum + length, 0);
    const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, n) => sum + n, 0));
    const joined = shapes.reduce((sum, part) => sum + part[axis], 0);

    const y = empty(runtime, shape.with(axis, joined));
    tensors.forEach((part: Tensor, i) => {
      const args = [behind(y.ptr, 4 * starts[i]), part.ptr, total, lengths[i], lengths[i]] as const;
      runtime.run("copyRuns", outer, 2 * lengths[i], args);
    });
    const how = { op: "concat", axis, shapes };
    return record(how, y, tensors, [], (dy, _, needs) =>
      shapes.map((part, i) => {
        if (!needs[i]) return null;
        const dx = empty(runtime, part);
        const from = behind(dy.ptr, 4 * starts[i]);
        const args = [dx.ptr, from, lengths[i], total, lengths[i]] as const;
        runtime.run("copyRuns", outer, 2 * lengths[i], args);
        return dx;
      }),
    );
  });
}
