// Refuses memory at each allocation in turn. A refused call must leave nothing behind.
import { createHash } from "node:crypto";
import { expect } from "vitest";
import { defaultGenerator } from "../src/random.js";
import { MemoryFull } from "../src/runtime/memory.js";
import type { Runtime } from "../src/runtime/runtime.js";
import type { AnyTensor } from "../src/tensor.js";

/** Counts the allocations of `runtime` and refuses one of them. */
export function refuseMemory(runtime: Runtime) {
  const allocate = runtime.allocate.bind(runtime);
  const control = { count: 0, refused: Number.POSITIVE_INFINITY };
  runtime.allocate = (bytes) => {
    if (control.count++ === control.refused)
      throw new MemoryFull("memory is full: as a test wants it");
    return allocate(bytes);
  };
  return control;
}

/**
 * Everything that a refused call must not change: bytes of tensors and of their gradients, versions, memory, the
 * generator.
 */
export function stateOf(runtime: Runtime, tensors: readonly AnyTensor[]) {
  const digest = (bytes: Uint8Array) => createHash("sha1").update(bytes).digest("hex");
  const bytes = (tensor: AnyTensor) => digest(new Uint8Array(tensor.toArray().buffer));
  const { tensors: count, bytes: used } = runtime.stats();
  return {
    values: tensors.map(bytes),
    versions: tensors.map(({ storage }) => storage.version),
    gradients: tensors.map(({ grad }) => (grad ? bytes(grad) : null)),
    generator: digest(defaultGenerator.getState()),
    count,
    used,
  };
}

/**
 * Runs `call` again and again, each time with the next allocation refused, until none is refused. A refused call must
 * throw a RangeError that begins with a name, and `after()` must then equal `before()`. `undo` runs after the call that
 * succeeds.
 */
export function refuseEach<T>(
  control: ReturnType<typeof refuseMemory>,
  {
    before,
    after = before,
    call,
    undo,
  }: { before: () => unknown; after?: () => unknown; call: () => T; undo: (result: T) => void },
): void {
  for (let refused = 0; refused < 1000; refused++) {
    const expected = before();
    Object.assign(control, { count: 0, refused });
    let result: T;
    try {
      result = call();
    } catch (error) {
      control.refused = Number.POSITIVE_INFINITY;
      expect(error).toBeInstanceOf(RangeError);
      expect((error as Error).message).toMatch(/^[\w.]+: .*memory/);
      expect(after(), `allocation ${refused} was refused`).toEqual(expected);
      continue;
    }
    const all = control.count <= refused;
    control.refused = Number.POSITIVE_INFINITY;
    undo(result);
    if (all) return;
  }
  throw new Error("more allocations than a call can have");
}
