import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkOptions, describe, type Rules } from "../../options.js";
import { type AnyTensor, empty, full, show, Tensor } from "../../tensor.js";
import { checkSameRuntime, checkTensor } from "../check.js";

/** Options of `embedding`. */
export interface EmbeddingOptions {
  /** A row that gets no gradient; below 0 it counts from the end. null, the default: none. */
  paddingIdx?: number | null;
}

const rules: Rules<EmbeddingOptions> = { paddingIdx: "number|null" };

/** @internal The row that stands for padding, −1 for none. */
export function paddingRow(
  op: string,
  paddingIdx: number | null | undefined,
  rows: number,
): number {
  if (paddingIdx === null || paddingIdx === undefined) return -1;
  if (!Number.isInteger(paddingIdx) || paddingIdx < -rows || paddingIdx >= rows)
    throw new RangeError(
      `${op}: expected paddingIdx from ${-rows} to ${rows - 1}, got ${paddingIdx}`,
    );
  return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
}

/**
 * Rows `ids` of table [rows, columns]. A list gives [ids.length, columns], an int32 or int64 tensor [...ids.shape,
 * columns].
 * @shape table [rows, columns], ids [...] → [..., columns]
 * @throws RangeError for rows that the table does not have, as ids or paddingIdx; TypeError for ids that are neither a
 *   list nor an int32 or int64 tensor
 * @source torch.nn.functional.embedding
 */
export function embedding(
  table: Tensor,
  ids: ArrayLike<number> | AnyTensor,
  options: EmbeddingOptions = {},
): Tensor {
  return call("embedding", () => {
    const { paddingIdx } = checkOptions("embedding", options, rules);
    checkTensor("embedding", "table", table);
    if (table.shape.length !== 2)
      throw new RangeError(
        `embedding: expected table of shape [rows, columns], got ${show(table.shape)}`,
      );
    const { runtime, shape } = table;
    const [rows, columns] = shape;
    const padding = paddingRow("embedding", paddingIdx, rows);
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
    const how = { op: "embedding", list, padding };
    return record(how, y, [table], [], (dy) => {
      const gradient = full(shape, 0, { runtime });
      const [from, to] = [dy.elements, gradient.elements];
      list.forEach((id, i) => {
        if (id === padding) return;
        for (let k = 0; k < columns; k++) to[id * columns + k] += from[i * columns + k];
      });
      return [gradient];
    });
  });
}
