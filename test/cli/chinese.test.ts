// Every command in Chinese, from short runs of the built command: what it prints, and its page.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { experimentsIn } from "../../src/cli/experiments.js";
import { indexPage } from "../../src/cli/report/index-page.js";
import { zh } from "../../src/cli/text/zh/index.js";

const directory = mkdtempSync(join(tmpdir(), "evenkeel-"));
const cli = resolve(import.meta.dirname, "../../dist/cli.js"); // as `npm run build` left it
afterAll(() => rmSync(directory, { recursive: true }));

const { LC_ALL: _, LC_MESSAGES: __, LANG: ___, ...bare } = process.env;
const env = { ...bare, COLUMNS: "100" };

const run = (words: string, locale = {}) =>
  spawnSync(process.execPath, [cli, ...words.split(" ")], {
    cwd: directory,
    encoding: "utf8",
    env: { ...env, ...locale },
  });

/** The texts of a page that a reader sees or hears. */
const textsOf = (html: string): string[] =>
  [
    ...[...html.matchAll(/ (?:aria-label|alt|title)="([^"]*)"/g)].map(([, text]) => text),
    ...html.replace(/<(style|dd lang="en")[\s\S]*?<\/(style|dd)>/g, "").split(/<[^>]*>/),
  ].map((text) =>
    text
      .replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&")
      .trim(),
  );

/** Code, and English names that stand in brackets behind the Chinese ones. */
const EXEMPT: readonly RegExp[] = [
  /（[^（）\p{Script=Han}]*）/gu, // （batch norm）
  /'[^']*'|"[^"]*"/g,
  /--[\w-]+(?: [<[]?[\w:]+[>\]]?)?/g, // flags with their values
  /(?:evenkeel|mpirun|npm run|node) [\w-]+(?: [\w-]+)*/g,
  /\bnew nn\.\w+|class, def __ init__/gi,
  /He、Wang、Hopcroft|Node v[\d.]+/g,
];

/** The texts with two words of English or more, one behind the other, that are neither code nor names. */
function english(texts: readonly string[]): string[] {
  return texts.filter((text) => {
    const rest = EXEMPT.reduce((all, pattern) => all.replace(pattern, "·"), text);
    return /\b[A-Za-z]?[a-z]+(?:'[a-z]+)? [a-z]{2,}\b/.test(rest);
  });
}

const short: Record<string, string> = {
  layers: "",
  see: "ghost",
  influence: "",
  "running-stats": "--steps 20",
  gradients: "--steps 10",
  padding: "",
  transformer: "--steps 2 --layers 2 --seeds 2 --warmup 1",
  style: "--steps 2 --size 64 --seeds 2",
  compare:
    "--limit 32 --width 4 --epochs 1 --seeds 2 --batch1-samples 4 --evaluate-every 1 --probe-every 1",
  choose: "--task vision --batch 4 --device-count 2",
};

describe.each(experimentsIn(zh).map(({ name }) => name))("%s", (name) => {
  test("prints and writes Chinese", () => {
    const { stdout, stderr, status } = run(
      `${name} ${short[name]} --quick --lang zh --out ${name}`.replace(/ +/g, " "),
    );
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    expect(english(stdout.split("\n"))).toEqual([]);
    const html = readFileSync(join(directory, name, "index.html"), "utf8");
    expect(html).toContain('<html lang="zh-CN">');
    expect(english(textsOf(html))).toEqual([]);
    expect(html.replace(/data:[^"]*/g, "")).not.toMatch(/NaN|undefined/);
    const [, ...facts] = html.split('class="facts"');
    for (const [, key] of facts.join("").matchAll(/<dt>([^<]*)/g))
      expect(key).toMatch(/\p{Script=Han}/u);
  });

  test("--help is Chinese, its columns in line", () => {
    const { stdout } = run(`${name} --help --lang zh`);
    expect(english(stdout.split("\n"))).toEqual([]);
    expect(stdout).toMatch(/^用法：evenkeel /);
    expect(stdout).toMatch(/^ {2}-h, --help +显示帮助$/m);
  });
});

test("all: its page", () => {
  const report = { title: "题目", summary: "结果。", lead: "", sections: [] };
  const html = indexPage([{ name: "layers", report, seconds: 1 }], 2, { cpu: "x" }, zh);
  expect(english(textsOf(html))).toEqual([]);
  expect(html).toContain("《PyTorch 实战：BN、LN、IN 与 GN》 §1.1");
});

describe("the language", () => {
  const title = (words: string, locale = {}) => run(words, locale).stdout.split("\n")[2];

  test.each([
    ["--help", {}, /^Neural/],
    ["--help", { LANG: "zh_CN.UTF-8" }, /^神经/],
    ["--help", { LC_MESSAGES: "zh_TW.UTF-8", LANG: "de_DE.UTF-8" }, /^神经/],
    ["--help", { LC_ALL: "C", LANG: "zh_CN.UTF-8" }, /^Neural/],
    ["--help", { LC_ALL: "", LC_MESSAGES: "", LANG: "zh_CN" }, /^神经/],
    ["--lang zh --help", { LANG: "en_GB" }, /^神经/],
    ["--help --lang=zh", {}, /^神经/],
    ["layers --lang en --help", { LANG: "zh_CN" }, /^the norms/],
  ])("%s under %o", (words, locale, expected) => {
    expect(title(words, locale)).toMatch(expected);
  });

  test("is not taken from what another program is given", () => {
    const { stderr } = run("run --local 1 none.mjs --lang zh");
    expect(stderr).toMatch(/^evenkeel: run: there is no module/);
  });
});

test.each([
  ["frob", "没有命令 'frob'"],
  ["layers --groups 3", "选项 '--groups <n>' 的值 '3' 无效：应为 1, 2, 4 之一。"],
  ["compare --epochs 0", "选项 '--epochs <n>' 的值 '0' 无效：应为不小于 1 的整数。"],
  ["compare --threads 99", "选项 '--threads <n>' 的值 '99' 无效：应为 1 到 64 的整数。"],
  ["compare --lr fast", "选项 '--lr <x>' 的值 'fast' 无效：应为大于 0 的数。"],
  ["compare --epoch 3", "没有选项 '--epoch'（是不是要用 --epochs？）"],
  ["compare --norms gn:7", "--norms gn:7 与 --width 16 不相配：组数 7 必须整除通道数 16"],
  ["compare --norms bn,bn", "选项 '--norms <names>' 的值 'bn,bn' 无效：“bn”出现了两次。"],
  ["compare --save-every 5", "--save-every 只说明多久保存一次；还要用 --checkpoint 指定目录"],
  ["compare --limit 4", "--limit 4 少于一步所用的图片数 --batch-size 16"],
  ["compare --data a --download", "--data 和 --download 不能同时使用"],
  ["transformer --warmup 300", "--warmup 300 大于 --steps 200：永远达不到设定的学习率"],
  ["transformer --text none.txt", "无法读取文本 none.txt：没有这个文件或目录"],
  ["style --content none.png", "无法读取图片 none.png：没有这个文件或目录"],
  ["style --norms gn", "选项 '--norms <names>' 的值 'gn' 无效：没有“gn”。可用的有：in, bn, none。"],
  ["see bn gn", "命令 see 的参数太多：最多 1 个，得到 2 个。"],
  ["see --at 9,0,0", "--at 9,0,0 超出范围：只有 4 个样本、6 个通道、4 个位置"],
  ["choose", "缺少 --task：要做什么任务？"],
  ["layers --lang fr", "选项 '--lang <language>' 的值 'fr' 无效：只能是 zh, en。"],
  ["layers --out", "选项 '--out <dir>' 缺少值"],
  ["run none.mjs", "必须给出选项 '--local <n>'"],
])("%s is refused in Chinese", (words, message) => {
  const { stderr, status } = run(words, { LANG: "zh_CN.UTF-8" });
  expect(stderr).toContain(`evenkeel: ${message}`);
  expect(english([stderr])).toEqual([]);
  expect(status).toBe(2);
});

test("English is what it was where no locale is set", () => {
  const out = ["layers", "--out", "english"];
  const options = { cwd: directory, encoding: "utf8", env } as const;
  expect(execFileSync(process.execPath, [cli, ...out], options)).toContain("averages over");
});
