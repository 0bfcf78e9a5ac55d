import { beforeAll, describe, expect, test } from "vitest";
import { available, type Backend, program, ranks } from "./ranks.js";

interface Found {
  [name: string]: unknown;
  alone: string[];
  rounds: unknown[];
}

let path = "";
beforeAll(async () => {
  path = await program("changes");
});

const hosts: [Backend, number][] = [
  ["local", 2],
  ["local", 3],
  ["openmpi", 3],
];
/** What must be the same in all ranks. */
const common = [
  ...["frozen", "thawed", "refrozen", "exchangedGradients", "togetherGradients", "thawedWaiting"],
  ...["accumulated", "twoForward", "twoBackward", "mixed", "endsOpen", "evaluated"],
];

describe.each(hosts)("%s, %i ranks", (backend, size) => {
  test.skipIf(!available[backend])("parameters that change, and joins", async () => {
    const got = await ranks<Found>(path, backend, size);
    expect(got.length).toBe(size);
    for (const [rank, found] of got.entries()) {
      const where = `[rank ${rank} of ${size}] `;
      const refused = `${where}DistributedDataParallel.backward: rank 1 has`;
      for (const name of common) expect(found[name], name).toEqual(got[0][name]);
      const learned = (name: string) => (found[name] as unknown[]).map((grad) => grad !== null);
      const all = Array(6).fill(true);
      const notFirst = [false, false, true, true, true, true];
      expect(learned("frozen")).toEqual(notFirst);
      expect(learned("thawed")).toEqual(all);
      expect(found.thawedAsEver).toBe(true);
      expect(found.frozenLater).toBe("none");
      expect(learned("refrozen")).toEqual(notFirst);
      expect(found.exchanged).toBe("none");
      expect(learned("exchangedGradients")).toEqual([false, false, true, true, true]);
      for (const text of found.alone)
        expect(text).toContain(
          `${refused} another model than rank 0; here is 0.weight float32 [3, 2]`,
        );
      expect(found.aloneGradients).toEqual(Array(6).fill(null));
      expect(found.together).toBe("none");
      expect(learned("togetherGradients")).toEqual([false, ...Array(5).fill(true)]);
      expect(found.values).toBe(`${refused} other values in 2.weight than rank 0`);
      expect(found.waits).toContain("the gradient of 0.weight waits; call zeroGrad() before");
      expect(found.waitsNoMore).toBe("none");
      const shared = (found.rounds as unknown[]).map((round, i) => [
        round,
        got[size - 1].rounds[i],
      ]);
      for (const [own, last] of shared) expect(own).toEqual(last);
      expect(found.twoForward).toBe("join: expected backward after forward, got forward in rank 0");
      expect(found.twoBackward).toMatch(/^join: rank 0 calls backward, rank 1 (forward|end)/);
      expect(found.mixed).toBe("join: rank 0 calls backward under noSync, rank 1 backward");
      expect(found.endsOpen).toBe("join: rank 0 calls end, rank 1 backward");
      expect(found.nested).toBe("join: called within itself");
      expect(found.after).toBe("none");
      expect(found.everywhere).toEqual([true, true, true, true]);
      expect(found.nothing).toBe("DistributedDataParallel.backward: no parameter needs a gradient");
      expect(found.noTensor).toMatch(/^linear: expected /);
      expect(found.goesOn).toBe("none");
      expect(new Set(found.modes as boolean[])).toEqual(new Set([false]));
    }
  });
});
