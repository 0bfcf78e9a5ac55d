// Files and code that the page hands out.
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { addExperiment } from "../../src/cli/command.js";
import { experimentsIn } from "../../src/cli/experiments.js";
import { en } from "../../src/cli/text/en/index.js";
import { everyAdvice } from "../../src/experiments/choose.js";
import { sameAs } from "../../src/page/share/commands.js";
import { csvOf } from "../../src/page/share/csv.js";
import { defaults, presets, type Section, type State, sections } from "../../src/page/state.js";

describe("CSV", () => {
  test("has a line a row, and quotes where it must", () => {
    expect(
      csvOf([
        ["name", "value, in %", 'a "b"'],
        ["bn", 1.5, Number.NaN],
        ["two\nlines", -2, 1e-7],
      ]),
    ).toBe('name,"value, in %","a ""b"""\r\nbn,1.5,\r\n"two\nlines",-2,1e-7\r\n');
  });

  test("holds no formula for a spreadsheet", () => {
    expect(csvOf([["=1+1", "+x", "@x", "-x", "-1.5"]])).toBe("'=1+1,'+x,'@x,'-x,-1.5\r\n");
  });
});

/** What the command would run: its name, and its flags as they are parsed. */
async function parsed(line: string): Promise<[string, Record<string, unknown>]> {
  const [npx, evenkeel, name, ...args] = line.split(" ");
  expect([npx, evenkeel]).toEqual(["npx", "evenkeel"]);
  const program = new Command().exitOverride();
  let ran: [string, Record<string, unknown>] | null = null;
  for (const experiment of experimentsIn(en)) {
    addExperiment(program, experiment, en);
    const command = program.commands.at(-1);
    command?.exitOverride().configureOutput({ writeErr: () => {} });
    command?.action(() => {
      ran = [experiment.name, { ...command.opts(), argument: command.args[0] }];
    });
  }
  await program.parseAsync([name, ...args], { from: "user" });
  if (!ran) throw new Error(`nothing ran: ${line}`);
  return ran;
}

const experiments = {
  ...{ see: "see", break: "influence", train: "compare", choose: "choose", depth: "gradients" },
  ...{ statistics: "running-stats", padding: "padding", place: "transformer", style: "style" },
} as const;

describe("the command that does the same", () => {
  test.each(Object.entries(experiments))("as %s is known to the command", async (section, name) => {
    const { command = "" } = sameAs(section as Section, defaults);
    expect((await parsed(command))[0]).toBe(name);
  });

  test("as the laboratory has its levers", async () => {
    const state: State = { ...defaults, variants: "post-ln pre-rms", layers: 1, styleWeight: 5 };
    const place = await parsed(sameAs("place", state).command ?? "");
    expect(place[1]).toMatchObject({ variants: ["post-ln", "pre-rms"], layers: 2, lr: 0.003 });
    const style = await parsed(sameAs("style", state).command ?? "");
    expect(style[1]).toMatchObject({ norms: ["in", "bn"], styleWeight: 5 });
    const depth = await parsed(sameAs("depth", { ...state, depth: 1 }).command ?? "");
    expect(depth[1]).toMatchObject({ depth: 2, lr: 0.02 });
  });

  test.each(presets)("as the race %s has its settings", async (preset) => {
    const state: State = { ...defaults, preset, norms: "bn, gn:4", seeds: "3 4 7", lr: 1e-5 };
    const lines = (sameAs("train", state).command ?? "").split("\n");
    const flags = await Promise.all(lines.map(async (line) => (await parsed(line))[1]));
    expect(flags.map(({ seed, seeds }) => [seed, seeds])).toEqual([
      [3, 2],
      [7, 1],
    ]);
    expect(flags[0]).toMatchObject({
      ...{ norms: ["bn", "gn:4"], lr: 1e-5, width: 8, batch1: false, deterministic: true },
      ...{ limit: 800, batchSize: { default: 16, batch2: 2, batch1: 1 }[preset] },
    });
  });

  test("holds nothing that a shell would run, whatever the link had", () => {
    const signs = ["|", "&", "`", "$", ">", "'", '"', "\\", "#", "\n"];
    for (const evil of signs.map((sign) => `bn${sign}reboot`))
      for (const section of ["train", "choose"] as const) {
        const { command } = sameAs(section, { ...defaults, norms: evil, answers: { task: evil } });
        expect(command).toMatch(/^[\w :.,+/-]*$/);
      }
    const { command } = sameAs("train", { ...defaults, norms: "gn:4+ws evonorm-b0" });
    expect(command).toContain("--norms gn:4+ws,evonorm-b0 ");
  });

  test("as See has its method, sizes and number", async () => {
    const state = { ...defaults, method: "gn", number: 3, training: false, at: 31 };
    const { command = "", code = "" } = sameAs("see", state);
    expect((await parsed(command))[1]).toMatchObject({
      ...{ argument: "gn:3", shape: [4, 6, 1, 4], at: [1, 1, 3], eval: true },
    });
    expect(code).toContain('see({"norm":"gn:3","shape":[4,6,1,4],"training":false})');
    const own = sameAs("see", { ...state, own: Array.from({ length: 96 }, (_, i) => i) });
    expect([own.command, own.code?.includes('"values":[0,1,2')]).toEqual([undefined, true]);
  });

  test("as every way through Choose is known to the command", async () => {
    for (const { path } of everyAdvice()) {
      const answers = Object.fromEntries(
        path.map(({ question, branch }) => [
          question.answer,
          String(branch.value ?? (branch.least || 1)),
        ]),
      );
      const { command = "" } = sameAs("choose", { ...defaults, answers });
      const flags = (await parsed(command))[1];
      for (const [name, value] of Object.entries(answers))
        expect(String(flags[name === "batch" ? "batchSize" : name])).toBe(value);
    }
  });
});

test("the programs run as they are printed, up to their lines of import", async () => {
  const library = {
    ...(await import("../../src/index.js")),
    ...(await import("../../src/experiments/index.js")),
    ...(await import("../../src/data/index.js")),
  };
  for (const [section] of Object.entries(experiments)) {
    const { code } = sameAs(section as Section, { ...defaults, depth: 2 });
    if (!code) continue;
    const imports = [...code.matchAll(/^import \{ (.+) \} from "evenkeel[^"]*";$/gm)];
    const names = imports.flatMap(([, list]) => list.split(", "));
    for (const name of names) expect(library).toHaveProperty(name);
    const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
    const body = code.replace(/^import.*$/gm, "");
    // one that compiles; what its settings do is tested where they are made
    expect(() => new AsyncFunction(...names, "console", body)).not.toThrow();
    if (!["see", "padding"].includes(section)) continue;
    const said: string[] = [];
    const run = new AsyncFunction(...names, "console", body);
    await run(...names.map((name) => Reflect.get(library, name)), {
      log: (text: string) => said.push(text),
    });
    expect(JSON.parse(said[0])).toHaveProperty("config");
  }
});

test("sections without an experiment have no code of one", () => {
  const none = sections.filter((section) => !(section in experiments));
  expect(none.map((section) => [section, sameAs(section, defaults)])).toEqual([
    ["methods", {}],
    ["norms", { command: "npx evenkeel inspect model.safetensors" }],
    ["results", {}],
    ["machine", {}],
  ]);
});
