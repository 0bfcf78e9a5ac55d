// Norms of a sample, its groups, its planes or its positions. Channels are on the second or the last axis.
import * as ops from "../../../src/ops/index.js";
import { type Case, input, show } from "../draw.js";
import { activated, drawActivation } from "../maps.js";
import {
  affine,
  channelsOf,
  drawChannels,
  drawGroups,
  moments,
  normalized,
  perSample,
  planeSets,
  positionSets,
} from "../norms.js";
import type { Node } from "../tape.js";

const byName = { ...ops };

const groupNorm: Case = (pick) => {
  const x = drawChannels(pick);
  const groups = drawGroups(pick, x.channels);
  const [eps, activation, parameters] = [pick.eps(), drawActivation(pick), !pick.rarely(4)];
  const options = { eps, layout: x.layout, ...(activation ? { activation } : {}) };
  return {
    call: `groupNorm(x, ${groups}, ${show({ ...options, parameters })})`,
    inputs: [
      input("x", x.shape),
      ...(parameters
        ? [input("weight", [x.channels], "normal"), input("bias", [x.channels], "normal")]
        : []),
    ],
    run: ([x, weight, bias]) => ({
      outputs: [ops.groupNorm(x, groups, { ...options, weight, bias })],
    }),
    oracle(t, [data, weight, bias]) {
      const width = x.channels / groups;
      const sets = x.sets((n, c) => n * groups + Math.floor(c / width));
      const y = affine(t, normalized(t, data, sets, { eps }), x.channelOf, weight, bias);
      return { outputs: [activated(t, y, activation)] };
    },
  };
};

/** Over the channels of each position. */
const positional =
  (name: "layerNorm2d" | "rmsNorm2d" | "pixelNorm"): Case =>
  (pick) => {
    const x = drawChannels(pick);
    const eps = pick.eps(1e-6);
    const options = { eps, layout: x.layout };
    const count = { layerNorm2d: 2, rmsNorm2d: 1, pixelNorm: 0 }[name];
    return {
      call: `${name}(x, ${show(options)})`,
      inputs: [
        input("x", x.shape),
        ...["weight", "bias"].slice(0, count).map((s) => input(s, [x.channels], "normal")),
      ],
      run([a, weight, bias]) {
        if (name === "pixelNorm") return { outputs: [ops.pixelNorm(a, options)] };
        const affine = name === "layerNorm2d" ? { weight, bias } : { weight };
        return { outputs: [byName[name](a, { ...options, ...affine } as ops.RMSNorm2dOptions)] };
      },
      oracle(t, [data, weight, bias]) {
        const centre = name === "layerNorm2d";
        const y = normalized(t, data, positionSets(x), { eps, centre });
        return { outputs: [affine(t, y, x.channelOf, weight, bias)] };
      },
    };
  };

const positionalNorm: Case = (pick) => {
  const x = drawChannels(pick);
  const options = { eps: pick.eps(), correction: pick.one<0 | 1>(0, 1), layout: x.layout };
  return {
    call: `positionalNorm(x, ${show(options)})`,
    inputs: [input("x", x.shape)],
    run([a]) {
      const { output, mean, std } = ops.positionalNorm(a, options);
      return { outputs: [output, mean, std] };
    },
    oracle(t, [data]) {
      const [means, stds]: Node[][] = [[], []];
      for (const set of positionSets(x)) {
        const { mean, variance } = moments(t, data, set, options.correction);
        means.push(mean);
        stds.push(t.sqrt(t.linear(variance, 1, options.eps)));
      }
      return { outputs: [normalized(t, data, positionSets(x), options), means, stds] };
    },
  };
};

const conditionalInstanceNorm: Case = (pick) => {
  const x = drawChannels(pick, { least: 3 });
  const options = { eps: pick.eps(), layout: x.layout };
  const maps = [x.batch, x.channels];
  return {
    call: `conditionalInstanceNorm(x, scale, shift, ${show(options)})`,
    inputs: [input("x", x.shape), input("scale", maps, "normal"), input("shift", maps, "normal")],
    run: ([x, scale, shift]) => ({
      outputs: [ops.conditionalInstanceNorm(x, scale, shift, options)],
    }),
    oracle: (t, [data, scale, shift]) => ({
      outputs: [affine(t, normalized(t, data, planeSets(x), options), perSample(x), scale, shift)],
    }),
  };
};

const adaIN: Case = (pick) => {
  const x = drawChannels(pick, { least: 3, largest: 300 });
  const own = x.layout === "nhwc" ? x.shape.slice(0, -1) : x.shape;
  const other = own.map((n, axis) => (axis >= (x.layout === "nhwc" ? 1 : 2) ? pick.length() : n));
  const style = channelsOf(x.layout === "nhwc" ? [...other, x.channels] : other, x.layout);
  const options = { eps: pick.eps(), correction: pick.one<0 | 1>(1, 0), layout: x.layout };
  return {
    call: `adaIN(x, style, ${show(options)})`,
    inputs: [input("x", x.shape), input("style", style.shape, pick.one("normal", "kind"))],
    run: ([x, style]) => ({ outputs: [ops.adaIN(x, style, options)] }),
    oracle(t, [data, given]) {
      const of = new Map(
        planeSets(style).map((set) => {
          const { mean, variance } = moments(t, given, set, options.correction);
          const std = t.sqrt(t.linear(variance, 1, options.eps));
          return [style.sampleOf(set[0]) * x.channels + style.channelOf(set[0]), { mean, std }];
        }),
      );
      const y = normalized(t, data, planeSets(x), options);
      const at = perSample(x);
      return {
        outputs: [
          y.map((a, i) => {
            const { mean, std } = of.get(at(i)) as { mean: Node; std: Node };
            return t.add(t.mul(a, std), mean);
          }),
        ],
      };
    },
  };
};

const layerInstance =
  (name: "adaLIN" | "layerInstanceNorm"): Case =>
  (pick) => {
    const x = drawChannels(pick, { least: 3 });
    const options = { eps: pick.eps(), correction: pick.one<0 | 1>(0, 1), layout: x.layout };
    const shape = name === "adaLIN" ? [x.batch, x.channels] : [x.channels];
    return {
      call: `${name}(x, rho, weight, bias, ${show(options)})`,
      inputs: [
        input("x", x.shape),
        input("rho", [x.channels], "share"),
        input("weight", shape, "normal"),
        input("bias", shape, "normal"),
      ],
      run: ([x, rho, weight, bias]) => ({ outputs: [byName[name](x, rho, weight, bias, options)] }),
      oracle(t, [data, rho, weight, bias]) {
        const instance = normalized(t, data, planeSets(x), options);
        const layer = normalized(
          t,
          data,
          x.sets((n) => n),
          options,
        );
        const y = data.map((_, i) => {
          const r = rho[x.channelOf(i)];
          return t.add(t.mul(r, instance[i]), t.mul(t.linear(r, -1, 1), layer[i]));
        });
        const at = name === "adaLIN" ? perSample(x) : x.channelOf;
        return { outputs: [affine(t, y, at, weight, bias)] };
      },
    };
  };

const globalResponseNorm: Case = (pick) => {
  const x = drawChannels(pick);
  const options = { eps: pick.eps(1e-6), layout: x.layout };
  return {
    call: `globalResponseNorm(x, weight, bias, ${show(options)})`,
    inputs: [
      input("x", x.shape),
      input("weight", [x.channels], "normal"),
      input("bias", [x.channels], "normal"),
    ],
    run: ([x, weight, bias]) => ({ outputs: [ops.globalResponseNorm(x, weight, bias, options)] }),
    oracle(t, [data, weight, bias]) {
      const lengths: Node[] = [];
      for (const set of planeSets(x)) {
        const list = set.map((i) => data[i]);
        const square = t.dot(list, list);
        // the length of a zero vector has no slope
        lengths[perSample(x)(set[0])] =
          t.at(square) === 0
            ? t.node(
                0,
                list,
                list.map(() => 0),
              )
            : t.sqrt(square);
      }
      const means = Array.from({ length: x.batch }, (_, n) =>
        t.linear(t.mean(lengths.slice(n * x.channels, (n + 1) * x.channels)), 1, options.eps),
      );
      return {
        outputs: [
          data.map((a, i) => {
            const c = x.channelOf(i);
            const share = t.div(lengths[perSample(x)(i)], means[x.sampleOf(i)]);
            return t.add(t.add(t.mul(t.mul(weight[c], a), share), bias[c]), a);
          }),
        ],
      };
    },
  };
};

const localResponseNorm: Case = (pick) => {
  const x = drawChannels(pick, { least: 3 });
  const size = pick.one(5, 1, 2, 4, 9);
  const even = pick.one<"before" | "after">("before", "after");
  const options = {
    alpha: pick.one(1, 1e-4),
    beta: pick.one(0.75, 0.5, 1),
    k: pick.one(1, 2),
    even,
    layout: x.layout,
  };
  const before = even === "before" ? Math.floor(size / 2) : Math.ceil(size / 2) - 1;
  return {
    call: `localResponseNorm(x, ${size}, ${show(options)})`,
    inputs: [input("x", x.shape)],
    run: ([x]) => ({ outputs: [ops.localResponseNorm(x, size, options)] }),
    oracle: (t, [data]) => ({
      outputs: [
        data.map((a, i) => {
          const c = x.channelOf(i);
          const window = Array.from({ length: size }, (_, d) => c - before + d)
            .filter((k) => k >= 0 && k < x.channels)
            .map((k) => data[x.at(x.sampleOf(i), k, x.positionOf(i))]);
          const sum = t.linear(t.dot(window, window), options.alpha / size, options.k);
          return t.mul(a, t.pow(sum, -options.beta));
        }),
      ],
    }),
  };
};

const revIN: Case = (pick) => {
  const shape = [pick.length(), pick.one(3, 1, 2, 5, 17), pick.length()];
  const series = channelsOf(shape, "nhwc");
  const options = {
    eps: pick.one(1e-5, 1e-3),
    subtractLast: pick.maybe(),
    detach: pick.maybe(),
  };
  return {
    call: `revIN(x, ${show(options)})`,
    inputs: [
      input("x", shape),
      input("weight", [series.channels], "normal"),
      input("bias", [series.channels], "normal"),
    ],
    run([x, weight, bias]) {
      const { output, mean, std } = ops.revIN(x, { ...options, weight, bias });
      return { outputs: [output, mean, std] };
    },
    oracle(t, [data, weight, bias]) {
      // made of x, but without a slope: the node keeps its value and how far rounding may move it
      const constant = (a: Node) => (options.detach ? t.node(t.at(a), [a], [0], t.errors[a]) : a);
      const y: Node[] = new Array(data.length);
      const [means, stds]: Node[][] = [[], []];
      for (const set of planeSets(series)) {
        const list = set.map((i) => data[i]);
        const { mean, exact, variance } = moments(t, data, set);
        const std = constant(t.sqrt(t.linear(variance, 1, options.eps)));
        const last = list[list.length - 1];
        const centre = options.subtractLast ? last : constant(exact);
        means.push(options.subtractLast ? last : constant(mean));
        stds.push(std);
        for (const i of set) y[i] = t.div(t.sub(data[i], centre), std);
      }
      return { outputs: [affine(t, y, series.channelOf, weight, bias), means, stds] };
    },
  };
};

const revINInverse: Case = (pick) => {
  const shape = [pick.length(), pick.one(3, 1, 2, 5), pick.length()];
  const series = channelsOf(shape, "nhwc");
  const [eps, kept] = [pick.one(1e-5, 1e-3), [shape[0], 1, shape[2]]];
  return {
    call: `revINInverse(y, { mean, std }, { weight, bias, eps: ${eps} })`,
    inputs: [
      input("y", shape),
      input("mean", kept, "normal"),
      input("std", kept, "positive"),
      input("weight", [series.channels], "positive"),
      input("bias", [series.channels], "normal"),
    ],
    run: ([y, mean, std, weight, bias]) => ({
      outputs: [ops.revINInverse(y, { mean, std }, { weight, bias, eps })],
    }),
    oracle: (t, [data, mean, std, weight, bias]) => ({
      outputs: [
        data.map((a, i) => {
          const [c, plane] = [series.channelOf(i), perSample(series)(i)];
          const plain = t.div(t.sub(a, bias[c]), t.linear(weight[c], 1, eps * eps));
          return t.add(t.mul(plain, std[plane]), mean[plane]);
        }),
      ],
    }),
  };
};

export const sample: Record<string, Case> = {
  groupNorm,
  layerNorm2d: positional("layerNorm2d"),
  rmsNorm2d: positional("rmsNorm2d"),
  pixelNorm: positional("pixelNorm"),
  positionalNorm,
  conditionalInstanceNorm,
  adaIN,
  adaLIN: layerInstance("adaLIN"),
  layerInstanceNorm: layerInstance("layerInstanceNorm"),
  globalResponseNorm,
  localResponseNorm,
  revIN,
  revINInverse,
};
