// What the adapters of onnxruntime-web and -node share. An operation is timed inside a graph: a model of 1 + n copies and one of 1 are
// run in turn, and the difference, divided by n, is free of what a call costs and of copying inputs and results between JavaScript
// and the library. Rows of one small array, where the call is the point, and whole networks are timed as they are.
import { median } from "../../build/peers.js";
import { sizeOf } from "./interpret.mjs";
import { inputsOf, toModel } from "./onnx.mjs";

const SMALL = 10_000;
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

async function load(ort, program, copies, options) {
  const { model, output } = toModel(program, copies);
  const session = await ort.InferenceSession.create(model, options);
  const feeds = Object.fromEntries(
    inputsOf(program).map((name) => {
      const { shape, data } = program.leaves[name];
      return [name, new ort.Tensor("float32", data, shape)];
    }),
  );
  return {
    run: async () => (await session.run(feeds))[output],
    release: () => session.release(),
  };
}

/** Milliseconds of one call. */
async function time({ run }) {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** Median difference of a call of `many` and one of `one`, which take turns. */
async function difference(many, one, calls) {
  const differences = [];
  for (let i = 0; i < calls; i++) differences.push((await time(many)) - (await time(one)));
  return median(differences);
}

export const adapter = (ort, options) => async (program) => {
  const whole = await load(ort, program, null, options);
  const outputs = [(await whole.run()).data.slice()];
  const job = { outputs: () => outputs, run: whole.run, dispose: whole.release };
  const small = sizeOf(program.leaves[inputsOf(program)[0]].shape) <= SMALL;
  if (small || program.steps.length > 1) return job;

  const one = await load(ort, program, 1, options);
  const more = clamp(Math.round(60 / (await time(one))), 2, 8);
  const many = await load(ort, program, 1 + more, options);
  return {
    ...job,
    time: async (calls) => (await difference(many, one, calls)) / more,
    dispose: async () => {
      for (const session of [whole, one, many]) await session.release();
    },
  };
};
