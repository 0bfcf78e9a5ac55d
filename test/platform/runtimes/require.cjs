// What CommonJS writes. `require` gives whole modules: none of them may await at its top level.
const { init, layerNorm, tensor } = require("evenkeel");
const { NormResNet } = require("evenkeel/models");
const { DataLoader } = require("evenkeel/data");
const { compare } = require("evenkeel/experiments");

async function main() {
  const runtime = await init({ threads: 1 });
  const [, y] = layerNorm(tensor([1, 3]), [2]).toArray();
  if (Math.abs(y - 0.999995) > 1e-6) throw new Error(`layerNorm([1, 3]) is ${y}`);
  for (const one of [NormResNet, DataLoader, compare])
    if (typeof one !== "function") throw new Error(`an entry exports ${one}`);
  const imported = await import("evenkeel");
  if (imported.defaultRuntime() !== runtime) throw new Error("import and require give two packages");
  console.log(JSON.stringify({ variant: runtime.variant, threads: 1 }));
  runtime.close();
}

main();
