// Runs in a worker.
import { NormResNet } from "../../models/norm-resnet.js";
import { crossEntropy } from "../../ops/reduce/cross-entropy.js";
import { SGD } from "../../optim/sgd.js";
import { manualSeed } from "../../random.js";
import type { Runtime } from "../../runtime/runtime.js";
import { tensor, tidy } from "../../tensor.js";

const STEPS = 20;
const BATCH = 16;
const PIXELS = 3 * 32 * 32;

/** Multiples of 2⁻²³ from −1 to 1, by a linear congruential generator (Numerical Recipes), its upper 24 bits. */
function drawn(count: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >> 8) / 2 ** 23;
  });
}

/** Trains a net for 20 steps on 64 fixed images. Returns the hash of its weights. */
export function trainedHash(runtime: Runtime): string {
  manualSeed(20);
  const net = new NormResNet({ norm: "bn", width: 8, runtime });
  const optimizer = new SGD(net.parameters(), { lr: 0.05, momentum: 0.9 });
  for (let step = 0; step < STEPS; step++)
    tidy(() => {
      const first = (step % 4) * BATCH;
      const labels = Int32Array.from({ length: BATCH }, (_, i) => (first + i) % 10);
      // each class is a shade: something to learn
      const pixels = drawn(BATCH * PIXELS, 100 + first);
      for (let i = 0; i < pixels.length; i++)
        pixels[i] += (labels[Math.floor(i / PIXELS)] - 4.5) / 8;
      optimizer.zeroGrad();
      const images = tensor(pixels, [BATCH, 3, 32, 32], { runtime });
      crossEntropy(net.forward(images), tensor(labels, [BATCH], { runtime })).backward();
      optimizer.step();
    });
  const weights = Float32Array.from(net.parameters().flatMap((p) => [...p.toArray()]));
  optimizer.zeroGrad();
  optimizer.dispose();
  net.dispose();
  return fnv1a(new Uint8Array(weights.buffer));
}

function fnv1a(bytes: Uint8Array): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, "0");
}
