const TOO_SHORT = "步数太少，准确率和损失说明不了什么";

/** `words` of Commander's help. */
const HELP: readonly (readonly [RegExp, string])[] = [
  [/^Usage:$/, "用法："],
  [/^Arguments:$/, "参数："],
  [/^Options:$/, "选项："],
  [/^Commands:$/, "命令："],
  [/\[options\]/g, "[选项]"],
  [/\[command\]/g, "[命令]"],
  [/\[arguments\.\.\.\]/g, "[参数...]"],
  [/<module>/g, "<模块>"],
  [/ \(choices: ([^()]*)\)$/, "（可选：$1）"],
  [/ \(default: ([^()]*), preset: ([^()]*)\)$/, "（默认：$1；不写值时：$2）"],
  [/ \(default: (.*)\)$/s, "（默认：$1）"],
  [/ \(preset: (.*)\)$/s, "（不写值时：$1）"],
];

export const common = {
  lang: "zh-CN",
  program: "神经网络的归一化（normalization）层，用实验说话",
  version: "显示版本号",
  help: {
    flag: "显示帮助",
    command: "某个命令的选项",
    unknown: (name: string, known: string) => `没有命令“${name}”；可用的命令：${known}`,
    words: (text: string) => HELP.reduce((all, [from, to]) => all.replace(from, to), text),
  },
  flags: {
    lang: "输出和报告的语言：zh 或 en（默认按系统区域设置）",
    threads: "线程数，或 auto",
    deterministic: "在任何机器上结果都一位不差",
    quick: `缩小规模，半分钟之内跑完：${TOO_SHORT}`,
    out: "index.html 和 results.json 写到哪个目录",
    seed: "随机种子，决定一切随机的东西",
    seeds: (what: string) => `每种${what}训练几次，种子依次加 1`,
    steps: "训练步数",
  },
  quickNote: `这是 --quick 的结果：${TOO_SHORT}。`,
  duration: (seconds: number) => {
    const whole = Math.max(0, Math.round(seconds));
    return whole < 60
      ? `${whole} 秒`
      : `${Math.floor(whole / 60)} 分 ${String(whole % 60).padStart(2, "0")} 秒`;
  },
  comma: "，",
  list: "、",
  colon: "：",
  semicolon: "；",
  space: "",
  report: (files: string) => `报告：${files}`,
  replaced: (out: string) => `${out} 中已有的报告将被覆盖；可用 --out 指定别的目录。`,
  stopped: "已停止，没有写入任何文件",
  stoppedAtOnce: "立即停止",
  belongs: (flag: string, names: string) => `；${flag} 要写在这些命令之后：${names}`,
  progress: {
    step: (step: number, steps: number) => `第 ${step}/${steps} 步`,
    rate: (rate: string) => `每秒 ${rate} 步`,
    left: (time: string) => `还需 ${time}`,
  },
  ask: {
    range: (count: number) => `请输入 1 到 ${count} 的编号：`,
    noChoice: (text: string, count: number, words: string) =>
      `“${text}”不是 1 到 ${count} 的编号${words && `，也不是 ${words} 之一`}`,
    noInteger: (text: string) => `“${text}”不是正整数`,
  },
  page: {
    title: (name: string, title: string) => `evenkeel ${name}：${title}`,
    back: "全部实验",
    wrong: "文章里说错的地方",
    wrongHead: ["文章", "文中的说法", "正确的说法"],
    quoted: (title: string) => `《${title}》`,
    settings: "设置",
    machine: "运行环境",
    table: (columns: string) => `表格：${columns}`,
    numbers: "具体数值",
  },
  truths: {
    title: "常见说法，用这次的结果检验",
    head: ["说法", "本次结果", "数值"],
    verdict: (holds: boolean, holding: number, seeds: number) =>
      `${holds ? "成立" : "在这里不成立"}（${seeds} 个种子中有 ${holding} 个符合）`,
    caption: (seeds: number) =>
      `每个种子都符合，才算成立。数值是 ${seeds} 个种子的均值 ± 一个标准差。`,
    line: (claim: string, verdict: string, figures: string) => `${claim}：${verdict}；${figures}。`,
    figure: (name: string) =>
      ({ "instance norm": "实例归一化", "batch norm": "批归一化" })[name] ?? name,
  },
  norms: { none: "无归一化", bn: "批归一化", ln: "层归一化", in: "实例归一化" },
  number: {
    seeds: (n: number) => `${n} 个种子`,
    steps: (n: number) => `${n} 步`,
  },
} as const;
