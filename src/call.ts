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
/** What can wait until nothing can be refused any more. */
const later: (() => void)[] = [];

/** Notes a tensor of the call that is under way. */
export function noteMade(tensor: Made): void {
  if (depth > 0) made.push(tensor);
}

/** Has `restore` run if the call throws: whoever changes what was there before it, running statistics for instance, says so. */
export function onRefusal(restore: () => void): void {
  note(undo, restore);
}

/** Has `finish` run once the outermost call is done: whoever gives away what was there before it, which a refused call needs again. */
export function onSuccess(finish: () => void): void {
  note(later, finish);
}

/** Outside of any call nobody would ever run it. */
function note(list: (() => void)[], step: () => void): void {
  if (depth === 0) throw new Error("internal: a change outside of any call");
  list.push(step);
}

/** Empties a list, item by item: with `length = 0` its memory would go too, and be taken anew by the next call. */
function forget(list: unknown[]): void {
  while (list.length > 0) list.pop();
}

/** Runs all steps, whatever becomes of one of them. */
function runAll(steps: (() => void)[]): void {
  for (const step of steps) {
    try {
      step();
    } catch {} // the call throws why it was refused, which was before
  }
}

/**
 * Runs `fn`. Where it throws, what was made in it is freed and what was changed is as it was; where memory was full, the error begins
 * with the outermost name.
 */
export function call<T>(name: string, fn: () => T): T {
  const first = made.length;
  const changed = undo.length;
  const waiting = later.length;
  depth++;
  try {
    return fn();
  } catch (error) {
    const own = made.splice(first);
    runAll(undo.splice(changed).reverse());
    for (const tensor of own) tensor.dispose();
    // what the undoing made is to stay, what it changed too
    made.length = first;
    undo.length = changed;
    later.length = waiting;
    if (depth > 1 || !(error instanceof MemoryFull)) throw error;
    throw new RangeError(`${name}: ${error.message}`, { cause: error });
  } finally {
    if (--depth === 0) {
      for (const finish of later) finish();
      forget(made);
      forget(undo);
      forget(later);
    }
  }
}
