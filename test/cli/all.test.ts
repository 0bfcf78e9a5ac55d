import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Argument, Command } from "commander";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { addAll, defaultsOf } from "../../src/cli/all.js";
import { addExperiment, type Experiment, type Outcome } from "../../src/cli/command.js";
import { experimentsIn } from "../../src/cli/experiments.js";
import { integer, option, seed } from "../../src/cli/options.js";
import { en } from "../../src/cli/text/en/index.js";
import { corrections } from "../../src/experiments/corrections.js";
import { quickNote, TOO_SHORT } from "../../src/show/words.js";

const experiments = experimentsIn(en);

interface Told extends Outcome {
  config: { seed: number; size: number; quick: boolean };
}

/** An experiment that reports the settings it was given. */
const telling = (name: string, more: Partial<Experiment> = {}): Experiment => ({
  name,
  description: `tells <${name}>`,
  options: [seed(en, 7), option("--size <n>", "how large", integer(1), 10)],
  quick: { size: 2 },
  async *run(flags, { signal }) {
    const { seed, size, quick } = flags as unknown as Told["config"];
    yield { stage: name, step: 1, steps: 1 };
    signal.throwIfAborted();
    return { config: { seed, size, quick } };
  },
  text: () => `${name} is done`,
  report: () => ({ title: `Title of ${name}`, summary: "a < b", lead: "Lead", sections: [] }),
  ...more,
});

let out: string;
let said: string[];
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "evenkeel-"));
  said = [];
  vi.spyOn(console, "log").mockImplementation((text) => void said.push(String(text)));
  vi.spyOn(console, "error").mockImplementation((text) => void said.push(String(text)));
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  rmSync(out, { recursive: true, force: true });
});

async function run(list: Experiment[], ...args: string[]): Promise<void> {
  const program = new Command().exitOverride();
  for (const experiment of list) addExperiment(program, experiment, en);
  addAll(program, list, en);
  await program.parseAsync([...args, "--threads", "1", "--out", out], { from: "user" });
}

const configOf = (...path: string[]) =>
  JSON.parse(readFileSync(join(out, ...path, "results.json"), "utf8")).config;

describe("a command", () => {
  test("--quick stands in for defaults, not for what is given", async () => {
    await run([telling("a")], "a");
    expect(configOf()).toEqual({ seed: 7, size: 10, quick: false });
    await run([telling("a")], "a", "--quick");
    expect(configOf()).toEqual({ seed: 7, size: 2, quick: true });
    await run([telling("a")], "a", "--quick", "--size", "10", "--seed", "1");
    expect(configOf()).toEqual({ seed: 1, size: 10, quick: true });
    expect(said).toContain("\na is done\n");
  });

  test("--quick says in the terminal and on the page what the numbers are worth", async () => {
    const page = () => readFileSync(join(out, "index.html"), "utf8");
    await run([telling("a")], "a");
    expect(said.join("\n") + page()).not.toContain(TOO_SHORT);
    await run([telling("a", { quick: {} })], "a", "--quick"); // these quick settings shorten nothing
    expect(said.join("\n")).not.toContain(TOO_SHORT);
    await run([telling("a")], "a", "--quick");
    expect(said.join("\n")).toContain(`a is done\n\n${quickNote}\n`);
    expect(page()).toContain(`a &lt; b ${quickNote}</p>`);
    expect(page()).toContain(`<dt>quick</dt><dd>yes: ${TOO_SHORT}</dd>`);
    said = [];
    await run([telling("a")], "all", "--quick");
    expect(said).toContain(`a < b ${quickNote}`);
    expect(page()).toContain(`<p>a &lt; b ${quickNote}</p>`);
  });

  test("writes page and results with the machine, and nothing else", async () => {
    await run([telling("a")], "a");
    expect(readdirSync(out).sort()).toEqual(["index.html", "results.json"]);
    const { machine } = JSON.parse(readFileSync(join(out, "results.json"), "utf8"));
    expect(machine).toMatchObject({ threads: 1, cores: expect.any(Number) });
    const html = readFileSync(join(out, "index.html"), "utf8");
    expect(html).toContain("<h1>Title of a</h1>");
    expect(html).toContain("a &lt; b");
    expect(html).not.toContain("All experiments");
  });

  test("may have an argument, whose default `all` uses", async () => {
    const argument = new Argument("[size]", "how large").default(4);
    const sized = () => telling("a", { argument, options: [seed(en, 7)] });
    await run([sized()], "a");
    expect(configOf().size).toBe(4);
    await run([sized()], "a", "5", "--seed", "1");
    expect(configOf()).toEqual({ seed: 1, size: "5", quick: false });
    await run([sized()], "all");
    expect(configOf("a").size).toBe(4);
  });

  test("asks for what is missing before anything runs", async () => {
    const complete = async (flags: object) => ({ ...flags, size: 3 });
    await run([telling("a", { complete } as Partial<Experiment>)], "a");
    expect(configOf().size).toBe(3);
  });
});

describe("all", () => {
  test("runs every experiment into its directory and links them", async () => {
    await run([telling("a"), telling("layers")], "all", "--quick", "--seed", "3");
    expect(configOf("a")).toEqual({ seed: 3, size: 2, quick: true });
    expect(configOf("layers")).toEqual({ seed: 3, size: 2, quick: true });
    const html = readFileSync(join(out, "index.html"), "utf8");
    expect(html).toContain('<a href="a/index.html">Title of a</a>');
    expect(html.match(/href="layers\/index.html"/g)?.length).toBeGreaterThan(1); // the corrections have this link too
    expect(html).not.toContain('href="compare/index.html"');
    expect(html).not.toContain("Stopped");
    expect(html.match(/<tr><td>“/g)).toHaveLength(corrections.length);
    expect(readFileSync(join(out, "a/index.html"), "utf8")).toContain('href="../index.html"');
  });

  test("keeps what is finished when it is stopped", async () => {
    const stopping = telling("b", {
      async *run(_, { signal }) {
        process.emit("SIGINT");
        yield { stage: "b", step: 1, steps: 2 };
        signal.throwIfAborted();
        return { config: {} };
      },
    });
    await run([telling("a"), stopping, telling("c")], "all");
    expect(process.exitCode).toBe(130);
    expect(readdirSync(out).sort()).toEqual(["a", "index.html"]);
    expect(readFileSync(join(out, "index.html"), "utf8")).toContain(
      "1 of 3 experiments are finished",
    );
    expect(said).toContain("\nStopped: 1 of 3 are finished.");
  });

  test("writes nothing when it is stopped in the first, and passes bugs on", async () => {
    const broken = telling("b", {
      // biome-ignore lint/correctness/useYield: fails before it has anything to tell
      async *run() {
        throw new Error("internal: broken");
      },
    });
    await expect(run([broken], "all")).rejects.toThrow("internal: broken");
    expect(existsSync(join(out, "index.html"))).toBe(false);
  });
});

describe("the registered experiments", () => {
  test("have names of their own, and quick settings in the place of defaults they have", () => {
    const names = experiments.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { options, quick, name } of experiments) {
      // --quick replaces only options that have a default, so an option without one would never be quick.
      const replaced = options.filter(({ defaultValue }) => defaultValue !== undefined);
      const known = replaced.map((given) => given.attributeName());
      for (const key of Object.keys(quick)) expect(known, name).toContain(key);
    }
  });

  test("take their defaults in all, and a seed only where they have one", () => {
    const common = { threads: 1, deterministic: false, quick: false, out };
    for (const experiment of experiments) {
      const flags = defaultsOf(experiment, { ...common, seed: 5 });
      const seeded = experiment.options.some((given) => given.attributeName() === "seed");
      expect("seed" in flags, experiment.name).toBe(seeded);
    }
  });
});
