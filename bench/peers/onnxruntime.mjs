// The common part of the adapters of onnxruntime-web and -node. An operation is timed inside a graph: a model of 1 + n
// copies and a model of 1 copy take turns. Their difference, divided by n, does not contain the cost of a call, nor of
// copying inputs and results between JavaScript and the library. Two kinds of rows are timed as they are: rows of one
// small array, where the cost of the call is the point, and whole networks.
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

/** The milliseconds of one call. */
async function time({ run }) {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** The median difference between a call of `many` and a call of `one`, in milliseconds. The two take turns. */
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
