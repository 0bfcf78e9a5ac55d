import { record } from "../autograd.js";
import { empty, full, show, type Tensor } from "../tensor.js";
import { checkTensor } from "./check.js";

/** Rows `ids` of table [rows, columns], as [ids.length, columns]. Throws RangeError for rows there are not. */
export function embedding(table: Tensor, ids: ArrayLike<number>): Tensor {
  checkTensor("embedding", "table", table);
  if (table.shape.length !== 2)
    throw new RangeError(
      `embedding: expected table of shape [rows, columns], got ${show(table.shape)}`,
    );
  const { runtime, shape } = table;
  const [rows, columns] = shape;
  const list = Array.from(ids);
  for (const id of list) {
    if (!Number.isInteger(id) || id < 0 || id >= rows)
      throw new RangeError(`embedding: expected ids from 0 to ${rows - 1}, got ${id}`);
  }
  const y = empty(runtime, [list.length, columns]);
  list.forEach((id, i) => {
    y.data.set(table.data.subarray(id * columns, (id + 1) * columns), i * columns);
  });
  return record("embedding", y, [table], [], (dy) => {
    const gradient = full(shape, 0, { runtime });
    dy.data.forEach((value, i) => {
      gradient.data[list[Math.floor(i / columns)] * columns + (i % columns)] += value;
    });
    return [gradient];
  });
}
