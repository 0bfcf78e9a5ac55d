// As Jest's page on ECMAScript modules has it: no transform, node --experimental-vm-modules.
import { init, layerNorm, tensor } from "evenkeel";

test("a norm of an array of another realm", async () => {
  const runtime = await init({ threads: 2 });
  // Jest's structuredClone is Node's: its arrays are no instances of the Float32Array that this file sees
  const values = structuredClone(new Float32Array([1, 3, 2, 6]));
  expect(values).not.toBeInstanceOf(Float32Array);
  const y = layerNorm(tensor(values, [2, 2]), [2]).toArray();
  for (const [i, value] of [-1, 1, -1, 1].entries()) expect(y[i]).toBeCloseTo(value, 4);
  expect(runtime.threads).toBe(2);
  runtime.close();
});
