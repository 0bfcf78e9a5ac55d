// A call of the public surface. It puts its own name on errors of the runtime: full memory, or closed. A call that is
// refused leaves nothing behind and changes nothing.
import { MemoryFull, RuntimeClosed } from "./runtime/memory.js";

interface Made {
  dispose(): void;
}

/** How many calls are running inside each other. */
let depth = 0;
/** The tensors made since the outermost call began. */
const made: Made[] = [];
/** How to take back what was changed since the outermost call began. */
const undo: (() => void)[] = [];
/** What can wait until nothing can be refused any more. */
const later: (() => void)[] = [];

/** Notes a tensor of the call that is under way. */
export function noteMade(tensor: Made): void {
  if (depth > 0) made.push(tensor);
}

/** Runs `restore` if the call throws. Code that changes older values, such as running statistics, must ask for this. */
export function onRefusal(restore: () => void): void {
  note(undo, restore);
}

/**
 * Runs `finish` after the outermost call is done. Code that gives away old values must use this: a refused call still
 * needs them.
 */
export function onSuccess(finish: () => void): void {
  note(later, finish);
}

/** Outside of a call nobody would ever run the step. */
function note(list: (() => void)[], step: () => void): void {
  if (depth === 0) throw new Error("internal: a change outside of any call");
  list.push(step);
}

/**
 * Empties a list item by item. Setting `length = 0` would free its memory too, and the next call would take it again.
 */
function forget(list: unknown[]): void {
  while (list.length > 0) list.pop();
}

/** Runs all steps, even if one of them throws. */
function runAll(steps: (() => void)[]): void {
  for (const step of steps) {
    try {
      step();
    } catch {} // the call throws the first error, not this one
  }
}

/**
 * Runs `fn`. If it throws, everything made in it is freed and every change is taken back. An error of the runtime
 * (full memory, or closed) begins with the name of the outermost call.
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
    // what the undo steps made and changed must stay
    made.length = first;
    undo.length = changed;
    later.length = waiting;
    if (depth > 1) throw error;
    if (error instanceof MemoryFull)
      throw new RangeError(`${name}: ${error.message}`, { cause: error });
    if (error instanceof RuntimeClosed)
      throw new Error(`${name}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    if (--depth === 0) {
      for (const finish of later) finish();
      forget(made);
      forget(undo);
      forget(later);
    }
  }
}
