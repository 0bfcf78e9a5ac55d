import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { available, execute, launcher, program } from "../distributed/ranks.js";

const cli = resolve(import.meta.dirname, "../../dist/cli.js"); // as `npm run build` left it
const directory = mkdtempSync(join(tmpdir(), "evenkeel-cli-ranks-"));
afterAll(() => rmSync(directory, { recursive: true }));

const evenkeel = (...args: string[]) => execute([process.execPath, cli, ...args], 60);
const sizes = ["--limit", "24", "--epochs", "1", "--width", "4"];

/** A program of ranks that imports the built package. */
function written(name: string, body: string, timeout = 20): string {
  const path = join(directory, name);
  const distributed = resolve(import.meta.dirname, "../../dist/distributed.js");
  const head = `import { initProcessGroup } from ${JSON.stringify(distributed)};\n`;
  writeFileSync(
    path,
    `${head}const group = await initProcessGroup({ timeout: ${timeout} });\n${body}`,
  );
  return path;
}

describe("evenkeel run --local", () => {
  test("runs a module in ranks and hands it its arguments", async () => {
    const path = written(
      "sum.mjs",
      `const x = Float64Array.of(group.rank, 1); group.allReduce(x);
if (group.rank === 0) console.log(x.join(" "), process.argv.slice(2).join(" "));
group.close();`,
    );
    const { code, output } = await evenkeel("run", "--local", "4", path, "--epochs", "3");
    expect(output).toBe("6 4 --epochs 3\n");
    expect(code).toBe(0);
  });

  test.each([
    ["throw", 'throw new Error("boom")', /\[rank 2 of 3\][\s\S]*boom/],
    ["rejection", 'await Promise.reject(new Error("boom"))', /\[rank 2 of 3\][\s\S]*boom/],
    ["exit", "process.exit(0)", /\[rank 2 of 3\] ended without close\(\), code 0/],
    ["hang", "for (;;);", /\[rank [01] of 3\] barrier .*not done after 2 s: rank 2 has not come/],
    ["kill", 'process.kill(process.pid, "SIGKILL")', /^$/], // the ranks are threads of the process that is gone
  ])("a rank that fails ends all, with its name and an exit code: %s", async (name, what, says) => {
    const body = `if (group.rank === 2) { ${what} }\ngroup.barrier(); group.close();`;
    const start = performance.now();
    const { code, output } = await evenkeel("run", "--local", "3", written(`${name}.mjs`, body, 2));
    expect(output).toMatch(says);
    expect(code).not.toBe(0);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  test("a close() in finally is told apart from what the others call", async () => {
    const path = written(
      "finally.mjs",
      `try { if (group.rank === 1) throw new Error("boom"); group.allReduce(new Float32Array(4)); }
finally { group.close(); }`,
    );
    const { code, output } = await evenkeel("run", "--local", "2", path);
    expect(output).toMatch(/rank 0 calls allReduce sum of float32 \[4\].* rank 1 calls close/);
    expect(code).not.toBe(0);
  });

  test("refusals", async () => {
    expect((await evenkeel("run", "x.mjs")).output).toContain("'--local <n>' not specified");
    expect((await evenkeel("run", "--local", "0", "x.mjs")).output).toContain("integer 1 to 64");
    const { code, output } = await evenkeel("run", "--local", "1", "nowhere.mjs");
    expect(output).toMatch(/^evenkeel: run: there is no module .*nowhere\.mjs\n$/);
    expect(code).not.toBe(0);
  });
});

describe("evenkeel compare --distributed", () => {
  const ways: [string, string[], boolean][] = [
    ["local:2", [process.execPath], true],
    ["mpi", [...launcher("openmpi", 2), process.execPath], available.openmpi],
  ];
  for (const [where, start, there] of ways)
    test.skipIf(!there)(`${where}: rank 0 prints and writes`, async () => {
      const out = join(directory, where.replace(":", ""));
      const args = ["compare", "--distributed", where, "--distributed-check", ...sizes];
      const { code, output } = await execute([...start, cli, ...args, "--out", out], 100);
      expect(output.match(/With 2 images in each of 2 ranks/g)?.length, output).toBe(1);
      expect(code).toBe(0);
      const { runs, config } = JSON.parse(readFileSync(join(out, "results.json"), "utf8"));
      expect(runs.map(({ norm }: { norm: string }) => norm)).toEqual(["bn", "syncbn", "gn"]);
      expect(config).toMatchObject({ ranks: 2, globalBatch: 4, batchSize: 2 });
      expect(readFileSync(join(out, "index.html"), "utf8")).toContain("synchronised");
    });

  test("--checkpoint goes on with another number of ranks", async () => {
    const checkpoint = join(directory, "checkpoint");
    const losses = async (ranks: number, epochs: number) => {
      const out = join(directory, `resumed${ranks}`);
      const batch = ["--batch-size", String(4 / ranks), "--norms", "gn", "--out", out];
      const length = ["--limit", "24", "--width", "4", "--epochs", String(epochs)];
      const args = ["--distributed", `local:${ranks}`, "--checkpoint", checkpoint];
      const { code, output } = await evenkeel("compare", ...args, ...batch, ...length);
      expect(code, output).toBe(0);
      return JSON.parse(readFileSync(join(out, "results.json"), "utf8")).runs[0].losses;
    };
    const begun = await losses(2, 1);
    const all = await losses(4, 2);
    expect(begun.length).toBe(6);
    expect(all.length).toBe(12);
    expect(all.slice(0, 6)).toEqual(begun);
  });

  test("refusals name the flag, or the rank", async () => {
    const flag = await evenkeel("compare", "--distributed", "cluster");
    expect(flag.output).toContain("Expected mpi, or local:4 for four threads");
    const alone = await evenkeel("compare", "--distributed");
    expect(alone.output).toContain("put mpirun -np 4 in front, or give --distributed local:4");
    expect(alone.code).toBe(2);
    const args = ["compare", "--distributed", "local:2", ...sizes, "--norms", "gn:3"];
    const { code, output } = await evenkeel(...args, "--out", join(directory, "refused"));
    expect(output).toMatch(/\[rank \d of 2\] .*num_channels must be divisible/);
    expect(code).not.toBe(0);
  });
});

describe("the script of src/distributed/README.md", () => {
  const root = resolve(import.meta.dirname, "../..");
  const page = readFileSync(join(root, "src/distributed/README.md"), "utf8");
  const block = (kind: string) => page.split(`\`\`\`${kind}\n`)[1].split("```")[0];
  const home = join(directory, "user");
  mkdirSync(join(home, "node_modules"), { recursive: true });
  symlinkSync(root, join(home, "node_modules/evenkeel"));
  const script = join(home, "train.mjs");
  writeFileSync(script, block("js"));

  test("has ten lines below its imports", () => {
    const lines = block("js").split("\n");
    expect(lines.filter((line) => !/^import |^}?$/.test(line)).length).toBe(10);
  });

  const { execPath } = process;
  const ways: [command: string[], there: boolean][] = [
    [[execPath, cli, "run", "--local", "4", script], true],
    [[...launcher("openmpi", 4), execPath, script], available.openmpi],
  ];
  for (const [command, there] of ways)
    test.skipIf(!there)(
      `${command.includes("run") ? "run --local" : "mpirun"} prints what the page says`,
      async () => {
        const { code, output } = await execute(command, 60);
        expect(output).toBe(block("text"));
        expect(code).toBe(0);
      },
    );
});

test("evenkeel allreduce-bench", async () => {
  const { code, output } = await evenkeel("allreduce-bench", "--distributed", "local:2");
  expect(output).toMatch(/T = 2\(p − 1\)·α \+ .*µs/);
  expect(output).toMatch(/^512 .* %$/m);
  expect(output).toMatch(
    /ms alone, .* ms with the sums beside it .*, .* ms with the sums after it/,
  );
  expect(code).toBe(0);
});

test.skipIf(!available.openmpi)("without koffi MPI is refused with what to install", async () => {
  const path = join(directory, "alone.mjs");
  writeFileSync(path, readFileSync(await program("fault")));
  const command = [...launcher("openmpi", 1), process.execPath, path, "x", '{"fault":"none"}'];
  const { code, output } = await execute(command, 60);
  expect(output).toContain("MPI needs the package koffi: npm install koffi");
  expect(code).not.toBe(0);
});
