// Memory that is refused at every allocation in turn, and what may be left of it: nothing.
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

/** What a refused call must leave as it was: bytes of tensors and of their gradients, versions, memory, the generator. */
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
 * Runs `call` with each of its allocations refused in turn, until none is refused any more: it must throw a RangeError that begins with
 * a name and leave `after()` what `before()` was. `undo` is what follows a call that went well.
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
