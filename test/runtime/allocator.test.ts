import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Allocator, type Block } from "../../src/runtime/allocator.js";

/** Blocks tile the heap: no gap, no overlap, no two free neighbours, every link both ways. */
function checkInvariants(allocator: Allocator, start: number): void {
  const blocks = allocator.blocks();
  let at = start;
  blocks.forEach((block, i) => {
    expect(block.start).toBe(at);
    expect(block.size % 64).toBe(0);
    expect(block.size).toBeGreaterThan(0);
    expect(block.after).toBe(blocks[i + 1] ?? null);
    expect(block.free && blocks[i + 1]?.free).not.toBe(true);
    at += block.size;
  });
}

describe("Allocator", () => {
  test("no block is as large as all that addresses reach, whatever is free", () => {
    const allocator = new Allocator(5120, () => {});
    allocator.release(allocator.allocate(2 ** 25));
    for (const exponent of [32, 38, 40, 60, 1000])
      expect(() => allocator.allocate(2 ** exponent)).toThrow(RangeError);
    expect(() => allocator.allocate(Number.NaN)).toThrow(RangeError);
    expect(allocator.blocks()).toHaveLength(1);
  });

  test("any sequence of allocations and releases keeps the heap tiled and coalesced", () => {
    const command = fc.oneof(
      fc.record({
        allocate: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 5e6 })),
      }),
      fc.record({ release: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 120 }), (commands) => {
        const allocator = new Allocator(5120, () => {});
        const held: { block: Block; bytes: number }[] = [];
        for (const step of commands) {
          if ("allocate" in step) {
            const block = allocator.allocate(step.allocate);
            expect(block.start % 64).toBe(0);
            expect(block.size).toBeGreaterThanOrEqual(step.allocate);
            held.push({ block, bytes: step.allocate });
          } else if (held.length > 0) {
            allocator.release(held.splice(step.release % held.length, 1)[0].block);
          }
          checkInvariants(allocator, 5120);
        }
        for (const { block } of held) allocator.release(block);
        expect(allocator.blocks().length).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("hands the block freed last out again, so that its pages are warm", () => {
    const allocator = new Allocator(0, () => {});
    const [a, , b] = [1000, 64, 1000, 64].map((bytes) => allocator.allocate(bytes));
    allocator.release(b);
    allocator.release(a);
    expect(allocator.allocate(1000).start).toBe(a.start);
  });

  test("a refused growth changes nothing", () => {
    let limit = 10_000;
    const allocator = new Allocator(0, (end) => {
      if (end > limit) throw new RangeError("full");
    });
    const first = allocator.allocate(6000);
    const before = allocator.blocks().map(({ start, size, free }) => ({ start, size, free }));
    expect(() => allocator.allocate(6000)).toThrow("full");
    expect(allocator.blocks().map(({ start, size, free }) => ({ start, size, free }))).toEqual(
      before,
    );
    allocator.release(first);
    expect(allocator.allocate(9000).start).toBe(0); // grows the free block at the end, not behind it
    limit = 20_000;
    expect(() => allocator.allocate(9000)).not.toThrow();
  });

  test("a block released twice is our own bug and says so", () => {
    const allocator = new Allocator(0, () => {});
    const block = allocator.allocate(64);
    allocator.release(block);
    expect(() => allocator.release(block)).toThrow("internal: block released twice");
  });
});
