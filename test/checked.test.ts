// The checked runtime must find launches that are wrong on purpose.
import { beforeEach, expect, test } from "vitest";
import type { Address } from "../src/runtime/address.js";
import { createRuntime } from "../src/runtime/create-runtime.js";
import type { Runtime } from "../src/runtime/runtime.js";
import { checkLaunches } from "./checked.js";
import type { Guard } from "./guard.js";

let runtime: Runtime;
let guard: Guard;
beforeEach(async () => {
  runtime = await createRuntime({ threads: 1 });
  guard = checkLaunches(runtime);
  return () => runtime.close();
});

const BYTES = 1024;
/** Copies `units` pieces of 64 bytes. */
const copy = (units: number, to: number, from: number) =>
  runtime.run("copyBytes", units, 16, [to as Address, from as Address]);
const floats = (at: number) => new Float32Array(runtime.memory.buffer, at, BYTES / 4);

test("a launch within its blocks passes", () => {
  const [to, from] = [runtime.allocate(BYTES), runtime.allocate(BYTES)];
  floats(from.start).fill(1);
  copy(BYTES / 64, to.start, from.start);
  expect(floats(to.start)).toEqual(new Float32Array(BYTES / 4).fill(1));
  runtime.release(to);
  runtime.release(from);
  guard.emptyQuarantine();
  expect(guard.damage()).toEqual([]);
});

test("a launch that writes behind a block", () => {
  const [to, from] = [runtime.allocate(BYTES), runtime.allocate(2 * BYTES)];
  expect(() => copy(BYTES / 64 + 1, to.start, from.start)).toThrow(
    /^checked: copyBytes.* wrote behind a block of 1024 bytes/,
  );
  copy(1, to.start, from.start); // the damage is reported only once
});

test("a write before a block, whoever made it", () => {
  const [to, from] = [runtime.allocate(BYTES), runtime.allocate(BYTES)];
  floats(to.start - 64)[15] = 1;
  expect(() => copy(1, to.start, from.start)).toThrow("wrote before a block of 1024 bytes");
});

test("one float too far, where the allocator would have rounded up", () => {
  const [to, from] = [runtime.allocate(60), runtime.allocate(64)];
  floats(from.start)[15] = 1;
  expect(() => copy(1, to.start, from.start)).toThrow("wrote behind a block of 60 bytes");
});

test.each([
  ["freed", (start: number) => start],
  ["before its block", (start: number) => start - 64],
  ["behind its block", (start: number) => start + BYTES],
  ["never allocated", () => 2 ** 30],
  ["not a number", () => Number.NaN],
])("an address that is %s", (what, address) => {
  const [to, from] = [runtime.allocate(BYTES), runtime.allocate(BYTES)];
  if (what === "freed") runtime.release(from);
  expect(() => copy(1, to.start, address(from.start))).toThrow(
    /^checked: copyBytes got x at \S+, where no block in use is/,
  );
});

test("what was freed reads as NaN, and a write to it is found when its memory is used again", () => {
  const block = runtime.allocate(BYTES);
  const view = floats(block.start).fill(1);
  runtime.release(block);
  expect(view).toEqual(new Float32Array(BYTES / 4).fill(Number.NaN));
  const next = runtime.allocate(BYTES);
  expect(next.start).not.toBe(block.start);
  view[3] = 0;
  guard.emptyQuarantine();
  expect(guard.damage()).toEqual(["in a block of 1024 bytes after it was freed"]);
});

test("arguments that are too few or too many, scratch that is missing or not taken", () => {
  const { start } = runtime.allocate(BYTES);
  const run = runtime.run as (name: string, ...rest: unknown[]) => void;
  expect(() => run("copyBytes", 1, 16, [start])).toThrow("copyBytes has 2 arguments, not 1");
  expect(() => run("copyBytes", 1, 16, [start, start, 1])).toThrow("2 arguments, not 3");
  expect(() => run("winograd", 1, 16, [])).toThrow("winograd needs scratch");
  expect(() => run("copyBytes", 1, 16, [start, start], 64)).toThrow("copyBytes takes no scratch");
  expect(() => run("copyByte", 1, 16, [])).toThrow("copyByte is no kernel");
});

test("its own memory is not in the statistics", () => {
  const before = runtime.stats().bytes;
  const block = runtime.allocate(100);
  expect(runtime.stats().bytes - before).toBe(128);
  runtime.release(block);
  expect(runtime.stats().bytes).toBe(before);
  expect(runtime.stats().peakBytes).toBe(128);
  expect(() => runtime.release(block)).toThrow("released twice");
});

test("freed memory that is held back is given up where there is no other", async () => {
  const small = await createRuntime({ threads: 1, maximumMemory: 2 ** 21 });
  checkLaunches(small);
  for (let i = 0; i < 9; i++) small.release(small.allocate(2 ** 20));
  small.close();
});
