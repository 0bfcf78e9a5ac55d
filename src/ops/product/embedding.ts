import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { describe } from "../../options.js";
import { type AnyTensor, empty, full, show, Tensor } from "../../tensor.js";
import { checkSameRuntime, checkTensor } from "../check.js";

/**
 * Rows `ids` of table [rows, columns]. A list gives [ids.length, columns], an int32 or int64 tensor [...ids.shape,
 * columns].
 * @shape table [rows, columns], ids [...] → [..., columns]
 * @throws RangeError for rows that the table does not have; TypeError for ids that are neither a list nor an int32 or
 *   int64 tensor
 * @source torch.nn.functional.embedding
 */
export function embedding(table: Tensor, ids: ArrayLike<number> | AnyTensor): Tensor {
  return call("embedding", () => {
    checkTensor("embedding", "table", table);
    if (table.shape.length !== 2)
      throw new RangeError(
        `embedding: expected table of shape [rows, columns], got ${show(table.shape)}`,
      );
    const { runtime, shape } = table;
    const [rows, columns] = shape;
    if (ids instanceof Tensor) {
      // PyTorch's ids are int64
      checkTensor("embedding", "ids", ids, ids.dtype === "int64" ? "int64" : "int32");
      checkSameRuntime("embedding", table, ids);
    }
    const isList =
      typeof ids === "object" && ids !== null && ("length" in ids || ids instanceof Tensor);
    if (!isList)
      throw new TypeError(
        `embedding: expected ids in a list or an int32 or int64 tensor, got ${describe(ids)}`,
      );
    const list = ids instanceof Tensor ? Array.from(ids.elements, Number) : Array.from(ids);
    for (const id of list) {
      if (!Number.isInteger(id) || id < 0 || id >= rows)
        throw new RangeError(`embedding: expected ids from 0 to ${rows - 1}, got ${describe(id)}`);
    }
    const y = empty(runtime, [...(ids instanceof Tensor ? ids.shape : [list.length]), columns]);
    const [from, to] = [table.elements, y.elements];
    list.forEach((id, i) => {
      to.set(from.subarray(id * columns, (id + 1) * columns), i * columns);
    });
    const how = { op: "embedding", list };
    return record(how, y, [table], [], (dy) => {
      const gradient = full(shape, 0, { runtime });
      const [from, to] = [dy.elements, gradient.elements];
      list.forEach((id, i) => {
        for (let k = 0; k < columns; k++) to[id * columns + k] += from[i * columns + k];
      });
      return [gradient];
    });
  });
}
