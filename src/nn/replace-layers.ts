import type { Module } from "./module.js";

/**
 * Puts what `change(layer, key)` returns in the place of each layer of `module`, once for a layer that stands in
 * several places. A key is the layer's place in the state dict, such as "features.3", and "" for `module` itself.
 * Layers inside of a changed one stay. Returns `module`, or what took its place.
 */
export function replaceLayers(
  module: Module,
  change: (layer: Module, key: string) => Module,
  key = "",
  known = new Map<Module, Module>(),
): Module {
  const before = known.get(module);
  if (before) return before;
  const own = change(module, key);
  known.set(module, own);
  if (own !== module) return own;
  for (const [name, child] of [...module.children()]) {
    const other = replaceLayers(child, change, key ? `${key}.${name}` : name, known);
    if (other !== child) module.replaceChild(name, other);
  }
  return own;
}
