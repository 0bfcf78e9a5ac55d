import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { Faults } from "../../src/distributed/faults.js";
import { launchLocal } from "../../src/distributed/launch-local.js";
import { available, type Backend, environment, execute, launcher, program } from "./ranks.js";

/** What goes wrong in rank 1, and what must be said of it. */
const faults: [fault: string, says: RegExp][] = [
  ["throw", /\[rank 1 of [23]\][\s\S]*boom/],
  ["rejection", /\[rank 1 of [23]\][\s\S]*boom/],
  ["exit", /\[rank 1 of [23]\] ended without close\(\), code 0/],
  ["kill", /rank 1|signal 9/i],
  [
    "hang",
    /\[rank [02] of [23]\] allGather of float64 \[6\] \(collective \d+, step 4\): not done after 2 s/,
  ],
  ["skips a layer", /\[rank \d of [23]\] .*(not done after 2 s|do (not|all ranks) call the same)/],
  [
    "mismatched shapes",
    /rank 0 calls allReduce sum of float32 \[4\].*rank 1 calls allReduce sum of float32 \[3\]/,
  ],
  ["mismatched order", /rank 0 calls allGather of float64 \[6\].*rank 1 calls barrier/],
  ["fails in backward, and goes on", /rank 1 went on: .*has failed: backward .* middle: my hook/],
  ["fails in join, and goes on", /rank 1 went on: .*has failed: join .* middle: my hook/],
  ["fails in forward, and goes on", /rank 1 went on: .*has failed: forward .* middle: my hook/],
  ["other model", /rank 1 has another model than rank 0/],
  ["other dtype", /rank 1 has another model than rank 0; here is extra float/],
];

let path = "";
beforeAll(async () => {
  path = await program("fault");
});

/** The program as a later evenkeel would have it. */
function otherVersion(): string {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  const other = path.replace(/\.mjs$/, "-other.mjs");
  writeFileSync(other, readFileSync(path, "utf8").replaceAll(`"${version}"`, '"0.0.0"'));
  return other;
}

/** Expects that within ten seconds no process is left whose command line holds `text`. */
const expectGone = (text: string) =>
  expect
    .poll(
      () => {
        try {
          return execFileSync("pgrep", ["-af", text], { encoding: "utf8" });
        } catch {
          return "";
        }
      },
      { timeout: 10_000 },
    )
    .toBe("");

describe.each<Backend>(["openmpi", "mpich"])("%s: the job ends", (backend) => {
  const size = backend === "mpich" ? 2 : 3; // MPICH spins
  // Open MPI's launcher knows of a rank that never joins; MPICH's waits, so the clock of MPI_Init ends it
  const never = /did not call "init"|call "init" before exiting|Alarm clock \(signal 14\)/;
  for (const [fault, says] of [...faults, ["never joins", never]] as const)
    test.skipIf(!available[backend])(fault, async () => {
      const mark = `fault-${backend}-${fault.replace(/ /g, "-")}-${process.pid}`;
      const args = [mark, JSON.stringify({ fault })];
      const command = [...launcher(backend, size), process.execPath, path, ...args];
      const { code, output } = await execute(command, 30);
      const seconds = (Date.now() - Number(/joined at (\d+)/.exec(output)?.[1])) / 1000;
      console.log(`${backend}, ${fault}: code ${code}, ${seconds.toFixed(1)} s`);
      expect(output).toMatch(says);
      expect(code).not.toBe(0);
      expect(code).not.toBeNull();
      expect(seconds).toBeLessThan(10);
      await expectGone(mark);
    });

  test.skipIf(!available[backend])("another version of evenkeel in one rank", async () => {
    const start = launcher(backend, 1);
    const args = ["x", JSON.stringify({ fault: "none" })];
    const ranks = [
      [...start, process.execPath, path, ...args],
      ["-np", "1", process.execPath, otherVersion(), ...args],
    ];
    const { code, output } = await execute([...ranks[0], ":", ...ranks[1]], 30);
    expect(output).toMatch(/rank 1 has another version of evenkeel than rank 0/);
    expect(code).not.toBe(0);
  });
});

test.skipIf(!available.openmpi || !available.mpich).each([
  [
    "openmpi",
    "libmpich.so.12",
    /OMPI_COMM_WORLD_SIZE says 2 ranks, but libmpich\.so\.12 \(MPICH.*\) sees 1/,
  ],
  ["mpich", "libmpi.so.40", /PMI_SIZE says 2 ranks, but libmpi\.so\.40 \(Open MPI.*\) sees 1/],
] as const)("%s with the library of the other", async (backend, library, says) => {
  const args = [process.execPath, path, "x", JSON.stringify({ fault: "none" })];
  const env = { ...environment, MPI_LIBRARY: library };
  const { code, output } = await execute([...launcher(backend, 2), ...args], 30, env);
  expect(output).toMatch(says);
  expect(code).not.toBe(0);
});

describe.skipIf(!available.mpich)(
  "MPICH behind a program that closes its connection, as npx",
  () => {
    const closing = ["sh", "-c", '[ -z "$PMI_FD" ] || eval "exec $PMI_FD>&-"; exec "$@"', "sh"];
    const ranks = () => [
      ...closing,
      process.execPath,
      path,
      "x",
      JSON.stringify({ fault: "none" }),
    ];
    const [mpirun, ...count] = launcher("mpich", 2);

    test("is told what to do", async () => {
      const { code, output } = await execute([mpirun, ...count, ...ranks()], 30);
      expect(output).toMatch(
        /npx, has closed the connection to MPICH's mpirun; start it as mpirun -pmi-port/,
      );
      expect(code).not.toBe(0);
    });

    test("runs by way of a port", async () => {
      const { code, output } = await execute([mpirun, "-pmi-port", ...count, ...ranks()], 30);
      expect(output).toMatch(/^joined at \d+\n$/);
      expect(code).toBe(0);
    });
  },
);

test.skipIf(!available.openmpi)("a library that is not there", async () => {
  const args = [process.execPath, path, "x", JSON.stringify({ fault: "none" })];
  const env = { ...environment, MPI_LIBRARY: "libnone.so" };
  const { code, output } = await execute([...launcher("openmpi", 1), ...args], 30, env);
  expect(output).toMatch(/MPI library libnone\.so cannot be loaded.*apt-get install openmpi-bin/);
  expect(code).not.toBe(0);
});

test("handlers stand only where there are several ranks, and until they are removed", () => {
  const events = ["uncaughtException", "unhandledRejection", "exit"];
  const counts = () => events.map((event) => process.listenerCount(event));
  const before = counts();
  new Faults(0, 1, () => {});
  expect(counts()).toEqual(before);
  const faults = new Faults(0, 2, () => {});
  expect(counts()).toEqual(before.map((count) => count + 1));
  faults.remove();
  expect(counts()).toEqual(before);
});

describe("local: the job ends", () => {
  for (const [fault, says] of faults.filter(([fault]) => fault !== "kill"))
    test(fault, async () => {
      const start = performance.now();
      const argv = ["x", JSON.stringify({ fault })];
      const ended = launchLocal(3, pathToFileURL(path), { argv });
      await expect(ended).rejects.toThrow(says);
      expect(performance.now() - start).toBeLessThan(10_000);
    });

  test("another version of evenkeel in one rank", async () => {
    const each = path.replace(/\.mjs$/, "-each.mjs");
    writeFileSync(
      each,
      `import { workerData } from "node:worker_threads";
await import(workerData.rank === 1 ? ${JSON.stringify(otherVersion())} : ${JSON.stringify(path)});`,
    );
    const argv = ["x", JSON.stringify({ fault: "none" })];
    await expect(launchLocal(2, pathToFileURL(each), { argv })).rejects.toThrow(
      /rank 1 has another version of evenkeel than rank 0/,
    );
  });

  test("a rank that never joins", async () => {
    const argv = ["x", JSON.stringify({ fault: "never joins" })];
    const ended = launchLocal(2, pathToFileURL(path), { argv });
    await expect(ended).rejects.toThrow("[rank 1 of 2] ended without initProcessGroup()");
  });

  test("a rank that ends before the others join", async () => {
    const argv = ["x", JSON.stringify({ fault: "others join late" })];
    const start = performance.now();
    const ended = launchLocal(3, pathToFileURL(path), { argv });
    await expect(ended).rejects.toThrow("[rank 1 of 3] ended without initProcessGroup()");
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  test("ranks that never join are no fault", async () => {
    const argv = ["x", JSON.stringify({ fault: "nobody joins" })];
    await launchLocal(2, pathToFileURL(path), { argv });
  });

  test("refusals", async () => {
    await expect(launchLocal(0, pathToFileURL(path))).rejects.toThrow("size to be an integer ≥ 1");
    await expect(launchLocal(65, pathToFileURL(path))).rejects.toThrow("at most 64 ranks");
    await expect(launchLocal(2, path as never)).rejects.toThrow("expected a URL");
  });
});
