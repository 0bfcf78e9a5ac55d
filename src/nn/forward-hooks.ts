import { call } from "../call.js";
import { describe } from "../options.js";
import { disposeSymbol, Tensor } from "../tensor.js";
import type { Module } from "./module.js";

/**
 * Called after each `forward` of a module, with its inputs and its output. A returned tensor replaces the output;
 * without a returned value the output stays.
 */
export type ForwardHook = (
  module: Module,
  inputs: readonly unknown[],
  output: Tensor,
  // biome-ignore lint/suspicious/noConfusingVoidType: most hooks only look, and end without a return
) => Tensor | void;

/** Removes a hook. `using` removes it at the end of its block. */
export interface RemovableHandle {
  /** Removes the hook. A second call does nothing. */
  remove(): void;
  /** Does what `remove` does. */
  [Symbol.dispose](): void;
}

type Forward = (...inputs: unknown[]) => Tensor;

interface Hooked {
  hooks: Map<object, ForwardHook>;
  forward: Forward;
  /** The `forward` that the object itself had before; undefined if it used the one of its class. */
  own: PropertyDescriptor | undefined;
}
const hooked = new WeakMap<Module, Hooked>();

/** Whether the module has hooks. If it has, every caller must go through its `forward`. */
export const isHooked = (module: Module): boolean => hooked.has(module);

/**
 * The output after a hook. Anything but a tensor is refused, because it is likely an accident: a short arrow function
 * returns the value of its last call, such as the new length of `push`, and an asynchronous function returns a promise.
 */
function outputOf(layer: string, returned: unknown, output: Tensor): Tensor {
  if (returned === undefined) return output;
  if (returned instanceof Tensor) return returned;
  throw new TypeError(
    `${layer}: expected a forward hook to return a tensor in the output's place, or nothing, got ${describe(returned)}`,
  );
}

/** Gives the object its own `forward` while it has hooks. So a module without hooks has no extra cost. */
function install(module: Module): Hooked {
  const own = Object.getOwnPropertyDescriptor(module, "forward");
  const hooks = new Map<object, ForwardHook>();
  const before = module.forward as unknown as Forward;
  const { name } = module.constructor;
  // The forward pass and its hooks are one call: if a hook throws, the changes of the forward pass are undone too.
  const forward: Forward = (...inputs) =>
    call(name, () =>
      [...hooks.values()].reduce(
        (output, hook) => outputOf(name, hook(module, inputs, output), output),
        before.apply(module, inputs),
      ),
    );
  const entry = { hooks, forward, own };
  // Not enumerable, because it is no state of the module.
  Object.defineProperty(module, "forward", { value: forward, configurable: true, writable: true });
  hooked.set(module, entry);
  return entry;
}

function uninstall(module: Module, entry: Hooked): void {
  const { forward, own } = entry;
  if (hooked.get(module) === entry) hooked.delete(module);
  if ((module.forward as unknown) !== forward) return; // the module got another `forward` after the hooks
  if (own) Object.defineProperty(module, "forward", own);
  else Reflect.deleteProperty(module, "forward");
}

/** Implements `Module.registerForwardHook`. */
export function registerForwardHook(module: Module, hook: ForwardHook): RemovableHandle {
  if (typeof hook !== "function")
    throw new TypeError(
      `registerForwardHook: expected a function (module, inputs, output), got ${describe(hook)}`,
    );
  const known = hooked.get(module);
  // If another `forward` has replaced the hooked one, the new one gets hooks too.
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
