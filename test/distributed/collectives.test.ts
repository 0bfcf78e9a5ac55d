import { beforeAll, describe, expect, test } from "vitest";
import { available, type Backend, program, ranks } from "./ranks.js";

interface Result {
  wrong: string[];
  list: number[];
  floats: number[];
  size: number;
  backend: string;
}

let path = "";
beforeAll(async () => {
  path = await program("collectives");
});

const cases: [Backend, number][] = [
  ["local", 1],
  ["local", 2],
  ["local", 3],
  ["local", 4],
  ["openmpi", 1],
  ["openmpi", 2],
  ["openmpi", 3],
  ["mpich", 2],
];

describe("collectives", () => {
  for (const [backend, size] of cases)
    test.skipIf(!available[backend])(
      `${backend}, ${size} ranks: every dtype, sync and async`,
      async () => {
        const got = await ranks<Result>(path, backend, size, { threads: size === 2 ? 2 : 1 });
        expect(got.length).toBe(size);
        for (const { wrong, list, floats, size: known } of got) {
          expect(wrong).toEqual([]);
          expect(known).toBe(size);
          expect(list).toEqual(got[0].list);
          expect(list[1]).toBe(2 * size);
          expect(floats).toEqual(got[0].floats);
        }
      },
    );

  const fixed: [Backend, number][] = [
    ["openmpi", 3],
    ["mpich", 2],
  ];
  for (const [backend, size] of fixed)
    test.skipIf(!available[backend])(
      `${backend}, ${size} ranks in fixed order: the bits of threads`,
      async () => {
        const [threads] = await ranks<Result>(path, "local", size);
        for (const { wrong, floats } of await ranks<Result>(path, backend, size, {
          order: "fixed",
        })) {
          expect(wrong).toEqual([]);
          expect(floats).toEqual(threads.floats);
        }
      },
    );
});
