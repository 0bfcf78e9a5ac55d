import { beforeAll, describe, expect, test } from "vitest";
import { available, type Backend, program, ranks } from "./ranks.js";

interface Found {
  [name: string]: unknown;
  refused: string[];
  nan: (string[] | null)[];
}

let path = "";
beforeAll(async () => {
  path = await program("misuse");
});

const hosts: [Backend, number][] = [
  ["local", 2],
  ["local", 3],
  ["openmpi", 3],
  ["mpich", 2],
];

describe.each(hosts)("%s, %i ranks", (backend, size) => {
  test.skipIf(!available[backend])("nothing is left of a mistake", async () => {
    const got = await ranks<Found>(path, backend, size);
    expect(got.length).toBe(size);
    for (const [rank, found] of got.entries()) {
      const { hook, left, refused, sent, unlearned, options, nan, ...holds } = found;
      expect(hook).toBe("my hook");
      expect(left).toBe(0);
      expect(refused).toEqual([
        "DistributedDataParallel: expected a layer, got Object",
        "DistributedDataParallel: expected a process group, got Object",
        "DistributedDataParallel: expected bucketCapMb above 0, got 0",
        "DistributedDataParallel.backward: expected a loss, got 3",
        expect.stringContaining("expected count to be an integer ≥ 0, got -1"),
        expect.stringContaining("expected count to be an integer ≥ 0, got 0.5"),
        "DistributedDataParallel.backward: expected a loss of one element, got [4, 1]",
        "join: expected a synchronous function, got 3",
      ]);
      expect(sent).toBe(0);
      expect(unlearned).toMatch(/does not depend on 0\.weight \(rank 0, 1.*\), 0\.bias/);
      expect(options).toContain(
        `[rank ${rank} of ${size}] DistributedDataParallel: rank 1 has other`,
      );
      expect(nan.flat()).toContain("NaN");
      expect(nan).toEqual(got[0].nan);
      for (const [name, held] of Object.entries(holds)) expect(held, name).toBe(true);
    }
  });
});
