// What the page asks for beside training. Each call is a function of its arguments and the worker's runtime.

import { IMAGE_BYTES, parseCifar10 } from "../../data/cifar10.js";
import { influence } from "../../experiments/influence.js";
import { sight } from "../../experiments/see.js";
import { NormResNet } from "../../models/norm-resnet.js";
import type { Runtime } from "../../runtime/runtime.js";
import { raceData } from "../preset-races.js";
import { readImages } from "./images.js";
import type { CallName, Calls } from "./protocol.js";

export { Session } from "./session.js"; // a part that has all of the core leaves it in one piece, which packs better

type Handlers = {
  [K in CallName]: (
    args: Calls[K]["args"],
    runtime: Runtime,
  ) => Calls[K]["result"] | Promise<Calls[K]["result"]>;
};

export const calls: Handlers = {
  see: (args, runtime) => sight(args, runtime),
  async influence(args, runtime) {
    const rows = influence(args, { runtime });
    for (;;) {
      const { done, value } = await rows.next();
      if (done) return value.rows;
    }
  },
  images: ({ file, ...limits }) => readImages(file, limits),
  pictures({ count, data }) {
    const { test } = data ? { test: parseCifar10(data.test, data.name) } : raceData();
    const first = Math.min(count, test.labels.length);
    test.prepare?.(Array.from({ length: first }, (_, i) => i));
    return {
      images: test.images.slice(0, first * IMAGE_BYTES),
      labels: test.labels.slice(0, first),
    };
  },
  async depth(args, runtime) {
    const { measureEach } = await import("./lab/depth.js");
    return measureEach(args, runtime);
  },
  async adain(args, runtime) {
    const { adain } = await import("./lab/style.js");
    return adain(args, runtime);
  },
  async padding(args, runtime) {
    const { padded } = await import("./lab/padding.js");
    return padded(args, runtime);
  },
  async norms({ files }, runtime) {
    const { inspectFiles } = await import("./lab/norms.js");
    return inspectFiles(files, runtime);
  },
  machine: async (_, runtime) => (await import("./lab/machine.js")).machine(runtime),
  bits: async (_, runtime) => (await import("./lab/machine.js")).bits(runtime),
  speed: async (_, runtime) => (await import("./lab/machine.js")).speed(runtime),
  check({ norms, width }, runtime) {
    for (const norm of norms) new NormResNet({ norm, width, runtime }).dispose();
    return null;
  },
};
