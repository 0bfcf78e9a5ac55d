// The one program that every runtime runs. It imports the package by its name and uses nothing but web standards.
import * as evenkeel from "evenkeel";
import { NormResNet } from "evenkeel/models";
import { golden } from "./golden.js";

/** FNV-1a (64 bit) of the weights after training: the same on every engine, CPU and number of threads. */
export const WEIGHTS_HASH = "98e2cf92f6a246ff";

/** The same numbers everywhere: multiples of 2⁻²³ from −1 to 1 (Numerical Recipes' generator, its upper 24 bits). */
export function numbers(count, seed) {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >> 8) / 2 ** 23;
  });
}

/** What the norms are checked on: [2, 6, 3, 3], so that vectors, tails, groups and instances all occur. */
export const SHAPE = [2, 6, 3, 3];
const SIZE = 108;
const EPS = 1e-5;

const norms = {
  batchNorm: (x, weight, bias) => evenkeel.batchNorm(x, { weight, bias, training: true, eps: EPS }),
  instanceNorm: (x, weight, bias) => evenkeel.instanceNorm(x, { weight, bias, eps: EPS }),
  groupNorm: (x, weight, bias) => evenkeel.groupNorm(x, 3, { weight, bias, eps: EPS }),
  layerNorm: (x, weight, bias) => evenkeel.layerNorm(x, [3, 3], { weight, bias, eps: EPS }),
  rmsNorm: (x, weight) => evenkeel.rmsNorm(x, [3, 3], { weight, eps: EPS }),
};

/** Forward and backward of the five norms against the float64 oracle; returns what is wrong. */
function checkNorms() {
  const wrong = [];
  for (const [name, norm] of Object.entries(norms)) {
    evenkeel.tidy(() => {
      const wanted = golden[name];
      const perRow = name === "layerNorm" || name === "rmsNorm";
      const parameters = perRow ? [3, 3] : [6];
      const leaf = (count, shape, seed) =>
        evenkeel.tensor(numbers(count, seed), shape, { requiresGrad: true });
      const x = leaf(SIZE, SHAPE, 1);
      const weight = leaf(perRow ? 9 : 6, parameters, 2);
      const bias = name === "rmsNorm" ? null : leaf(perRow ? 9 : 6, parameters, 3);
      const y = norm(x, weight, bias);
      y.backward(evenkeel.tensor(numbers(SIZE, 4), SHAPE));
      const got = { y, dx: x.grad, dweight: weight.grad, dbias: bias?.grad };
      for (const [what, values] of Object.entries(wanted)) {
        const data = got[what].data;
        // float32 keeps 7 digits; sums of 36 terms of either sign lose one
        const bad = values.findIndex(
          (v, i) => !(Math.abs(data[i] - v) <= 2e-6 * (1 + Math.abs(v))),
        );
        if (bad >= 0 || data.length !== values.length)
          wrong.push(`${name}: ${what}[${bad}] is ${data[bad]}, expected ${values[bad]}`);
      }
    });
  }
  return wrong;
}

/** 20 steps of SGD on 64 fixed images; returns the final weights, one after the other, and the losses. */
function train() {
  evenkeel.manualSeed(20);
  const net = new NormResNet({ norm: "bn", width: 8 });
  const optimizer = new evenkeel.optim.SGD(net.parameters(), { lr: 0.05, momentum: 0.9 });
  const losses = [];
  for (let step = 0; step < 20; step++) {
    evenkeel.tidy(() => {
      const batch = 16;
      const first = (step % 4) * batch;
      const labels = Int32Array.from({ length: batch }, (_, i) => (first + i) % 10);
      const pixels = numbers(batch * 3 * 32 * 32, 100 + first);
      // each class is a shade: something to learn
      for (let i = 0; i < pixels.length; i++) pixels[i] += (labels[Math.floor(i / 3072)] - 4.5) / 8;
      optimizer.zeroGrad();
      const images = evenkeel.tensor(pixels, [batch, 3, 32, 32]);
      const loss = evenkeel.crossEntropy(net.forward(images), evenkeel.tensor(labels, [batch]));
      loss.backward();
      optimizer.step();
      losses.push(loss.item());
    });
  }
  const weights = Float32Array.from(net.parameters().flatMap((p) => [...p.data]));
  optimizer.zeroGrad();
  optimizer.dispose();
  net.dispose();
  return { weights, losses };
}

/** FNV-1a, 64 bit, as 16 hex digits. */
function fnv1a(bytes) {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, "0");
}

/**
 * Runs everything: with `deterministic: true`, then with the fastest variant of this engine; closes both runtimes. `since`: when
 * the caller began to import this file (performance.now()). Other options go to `init` (workerUrl, module …).
 * Returns a report that survives JSON; `failures` is empty when all is well.
 */
export async function check({ threads = "auto", since = performance.now(), ...options } = {}) {
  const failures = [];
  const expect = (fine, message) => fine || failures.push(message);

  const runtime = await evenkeel.init({ ...options, threads, deterministic: true });
  const { shared } = runtime;
  const first = evenkeel.tidy(() =>
    evenkeel.layerNorm(evenkeel.tensor([1, 3], [1, 2]), [2]).toArray(),
  );
  const firstResult = performance.now() - since;
  expect(Math.abs(first[1] - 0.999995) < 1e-6, `layerNorm([1, 3]) is ${first}`);
  expect(runtime.variant === "simd", `deterministic took the ${runtime.variant} variant`);
  failures.push(...checkNorms());
  const { weights, losses } = train();
  const hash = fnv1a(new Uint8Array(weights.buffer));
  expect(hash === WEIGHTS_HASH, `the weights hash to ${hash}, not ${WEIGHTS_HASH}`);
  expect(losses[19] < losses[0] / 2, `the loss went from ${losses[0]} to ${losses[19]}`);
  const left = runtime.stats();
  expect(left.tensors === 0 && left.bytes === 0, `left in memory: ${JSON.stringify(left)}`);
  const used = runtime.threads;
  runtime.close();
  try {
    evenkeel.ones([1]);
    failures.push("a closed runtime still makes tensors");
  } catch (error) {
    expect(/closed/.test(error.message), `after close(): ${error.message}`);
  }

  const fast = await evenkeel.init({ ...options, threads });
  const { variant } = fast;
  failures.push(...checkNorms().map((message) => `${variant}: ${message}`));
  let difference = 0;
  train().weights.forEach((w, i) => {
    difference = Math.max(difference, Math.abs(w - weights[i]));
  });
  const allowed = variant === "simd" ? 0 : 1e-5;
  expect(difference <= allowed, `${variant} differs by ${difference} from simd`);
  fast.close();

  return {
    variant,
    threads: used,
    shared,
    hash,
    losses: [losses[0], losses[19]],
    difference,
    firstResult,
    failures,
  };
}
