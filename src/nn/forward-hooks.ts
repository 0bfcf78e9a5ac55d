import { call } from "../call.js";
import { describe } from "../options.js";
import { disposeSymbol, Tensor } from "../tensor.js";
import type { Module } from "./module.js";

/**
 * Called behind each `forward` of a module, with what went in and what came out. What it returns takes the place of the output;
 * nothing leaves it.
 */
export type ForwardHook = (
  module: Module,
  inputs: readonly unknown[],
  output: Tensor,
  // biome-ignore lint/suspicious/noConfusingVoidType: most hooks only look, and end without a return
) => Tensor | void;

/** Takes a hook away again; `using` does so at the end of its block. */
export interface RemovableHandle {
  remove(): void;
  [Symbol.dispose](): void;
}

type Forward = (...inputs: unknown[]) => Tensor;

interface Hooked {
  hooks: Map<object, ForwardHook>;
  forward: Forward;
  /** The object's own `forward` of before; absent: that of its class. */
  own: PropertyDescriptor | undefined;
}
const hooked = new WeakMap<Module, Hooked>();

/** Whether somebody looks at what the module's `forward` gives: then nothing may go around it. */
export const isHooked = (module: Module): boolean => hooked.has(module);

/**
 * What stands behind a hook. A short arrow function returns a value by accident, such as the new length of `push`, and an
 * asynchronous one a promise: the next layer would take it for the output.
 */
function outputOf(layer: string, returned: unknown, output: Tensor): Tensor {
  if (returned === undefined) return output;
  if (returned instanceof Tensor) return returned;
  throw new TypeError(
    `${layer}: expected a forward hook to return a tensor in the output's place, or nothing, got ${describe(returned)}`,
  );
}

/** While there are hooks the object has a `forward` of its own, so that a module without any pays nothing for them. */
function install(module: Module): Hooked {
  const own = Object.getOwnPropertyDescriptor(module, "forward");
  const hooks = new Map<object, ForwardHook>();
  const before = module.forward as unknown as Forward;
  const { name } = module.constructor;
  // One call: where a hook throws, the forward pass in front of it has not happened either.
  const forward: Forward = (...inputs) =>
    call(name, () =>
      [...hooks.values()].reduce(
        (output, hook) => outputOf(name, hook(module, inputs, output), output),
        before.apply(module, inputs),
      ),
    );
  const entry = { hooks, forward, own };
  // not enumerable: it is no state
  Object.defineProperty(module, "forward", { value: forward, configurable: true, writable: true });
  hooked.set(module, entry);
  return entry;
}

function uninstall(module: Module, entry: Hooked): void {
  const { forward, own } = entry;
  if (hooked.get(module) === entry) hooked.delete(module);
  if ((module.forward as unknown) !== forward) return; // somebody has put another one there since
  if (own) Object.defineProperty(module, "forward", own);
  else Reflect.deleteProperty(module, "forward");
}

/** What `Module.registerForwardHook` does. */
export function registerForwardHook(module: Module, hook: ForwardHook): RemovableHandle {
  if (typeof hook !== "function")
    throw new TypeError(
      `registerForwardHook: expected a function (module, inputs, output), got ${describe(hook)}`,
    );
  const known = hooked.get(module);
  // Somebody may have put another `forward` in the place of the hooked one: it is hooked in its turn.
  const isCurrent = known && (module.forward as unknown) === known.forward;
  const entry = isCurrent ? known : install(module);
  const handle = {
    remove() {
      if (!entry.hooks.delete(handle) || entry.hooks.size > 0) return;
      uninstall(module, entry);
    },
    [disposeSymbol]() {
      handle.remove();
    },
  };
  entry.hooks.set(handle, hook);
  return handle;
}
