// What the types of the kernels refuse.
import { type Address, behind, NOWHERE } from "../../src/runtime/address.js";
import { statistic } from "../../src/runtime/kernels.js";
import type { Runtime } from "../../src/runtime/runtime.js";

/** Never called: `npm run typecheck` reads it, and refuses each line that expects an error and has none. */
export function refusals(runtime: Runtime, y: Address, x: Address, plan: Address): void {
  runtime.run("softmaxForward", 1, 1, [y, x, 8, 1, 0]);
  // @ts-expect-error an argument too few
  runtime.run("softmaxForward", 1, 1, [y, x, 8, 1]);
  // @ts-expect-error an argument too many
  runtime.run("softmaxForward", 1, 1, [y, x, 8, 1, 0, 0]);
  // @ts-expect-error a list of an unknown length
  runtime.run("softmaxForward", 1, 1, [y, x, ...[8, 1, 0]]);
  // @ts-expect-error no such kernel
  runtime.run("softmaxForwards", 1, 1, [y, x, 8, 1, 0]);
  // @ts-expect-error no kernel, but an export
  runtime.run("abi", 1, 1, []);
  // @ts-expect-error a size in an address's place
  runtime.run("softmaxForward", 1, 1, [y, 8, x, 1, 0]);
  // @ts-expect-error an address in a size's place
  runtime.run("softmaxForward", 1, 1, [y, x, x, 1, 0]);
  // @ts-expect-error arithmetic makes a number of an address
  runtime.run("softmaxForward", 1, 1, [y + 64, x, 8, 1, 0]);
  runtime.run("softmaxForward", 1, 1, [behind(y, 64), x, 8, 1, 0]);
  // @ts-expect-error an absent pointer is NOWHERE, not 0
  runtime.run("add", 1, 1, [y, x, x, 0]);
  runtime.run("add", 1, 1, [y, x, x, NOWHERE]);

  const sizes = [8, 4, 4] as const;
  runtime.run("axisNormForward", 1, 1, [y, x, x, x, x, ...sizes, statistic.rms, 0], 64);
  // @ts-expect-error scratch is missing
  runtime.run("axisNormForward", 1, 1, [y, x, x, x, x, ...sizes, statistic.rms, 0]);
  // @ts-expect-error scratch of a kernel that takes none
  runtime.run("softmaxForward", 1, 1, [y, x, 8, 1, 0], 64);
  // @ts-expect-error a number that is no code
  runtime.run("axisNormForward", 1, 1, [y, x, x, x, x, ...sizes, 17, 0], 64);
  // @ts-expect-error a name that is no code
  runtime.run("axisNormForward", 1, 1, [y, x, x, x, x, ...sizes, statistic.median, 0], 64);

  const words = [1, 2, 3, 4, 0, 0, 7, 8] as const;
  const args = [y, x, runtime.plan("channel", words), 0] as const;
  runtime.run("channelMoments", 1, 1, args);
  runtime.run("columnMoments", 1, 1, args, 64);
  // @ts-expect-error a word too few
  runtime.plan("channel", [1, 2, 3, 4, 0, 0, 7]);
  // @ts-expect-error no such plan
  runtime.plan("channels", words);
  // @ts-expect-error an address that no plan was written to
  runtime.run("channelMoments", 1, 1, [y, x, plan, 0]);
  // @ts-expect-error the plan of another kernel
  runtime.run("winogradLevels", 1, 1, [y, x, runtime.plan("channel", words)]);
  // @ts-expect-error an address in a plan's words
  runtime.plan("channel", [1, 2, 3, x, 0, 0, 7, 8]);

  const either: "channelMoments" | "columnMoments" = Math.random()
    ? "channelMoments"
    : "columnMoments";
  runtime.run(either as "channelMoments" | "columnMoments", 1, 1, args, 64);
  // @ts-expect-error scratch is missing where one of two kernels takes it
  runtime.run(either as "channelMoments" | "columnMoments", 1, 1, args);
}
