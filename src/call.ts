// A call of the public surface: it names itself where memory is refused, and a refused one leaves nothing behind and nothing changed.
import { MemoryFull } from "./runtime/memory.js";

interface Made {
  dispose(): void;
}

/** Calls within calls. */
let depth = 0;
/** The tensors made since the outermost call began. */
const made: Made[] = [];
/** How to take back what was changed since then. */
const undo: (() => void)[] = [];

/** Notes a tensor of the call that is under way. */
export function noteMade(tensor: Made): void {
  if (depth > 0) made.push(tensor);
}

/** Has `restore` run if the call throws: whoever changes what was there before it, running statistics for instance, says so. */
export function onRefusal(restore: () => void): void {
  if (depth > 0) undo.push(restore);
}

/** Empties both lists, one by one: with `length = 0` their memory would go too, and be taken anew by the next call. */
function forget(): void {
  while (made.length > 0) made.pop();
  while (undo.length > 0) undo.pop();
}

/**
 * Runs `fn`. Where it throws, what was made in it is freed and what was changed is as it was; where memory was full, the error begins
 * with the outermost name.
 */
export function call<T>(name: string, fn: () => T): T {
  const first = made.length;
  const changed = undo.length;
  depth++;
  try {
    return fn();
  } catch (error) {
    for (const restore of undo.splice(changed).reverse()) restore();
    for (const tensor of made.splice(first)) tensor.dispose();
    if (depth > 1 || !(error instanceof MemoryFull)) throw error;
    throw new RangeError(`${name}: ${error.message}`, { cause: error });
  } finally {
    if (--depth === 0) forget();
  }
}
