// Items of a kernel that goes along the middle axis of x [outer, n, inner]: `width` neighbouring columns of one of the
// outer blocks, [outer, ⌈inner / width⌉].
import { ceilDiv } from "./sizes";

/** The first column of an item. */
function columnOf(item: i32, inner: i32, width: i32): i32 {
  const items = ceilDiv(inner, width);
  return (item - (item / items) * items) * width; // the compiler divides once for all that an item needs
}

/** How many columns the item has. */
export function columnsOf(item: i32, inner: i32, width: i32): i32 {
  return min(width, inner - columnOf(item, inner, width));
}

/** Bytes before the item's first element. */
export function itemOffset(item: i32, n: i32, inner: i32, width: i32): usize {
  const outer = item / ceilDiv(inner, width);
  return (<usize>outer * n * inner + columnOf(item, inner, width)) << 2;
}
