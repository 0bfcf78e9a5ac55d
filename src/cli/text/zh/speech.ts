import { everyAdvice } from "../../../experiments/choose.js";
import { adviceKey } from "../../../text/keys.js";
import { advice } from "../../../text/zh/tree.js";

/** The Chinese names of the advice at the ends of the tree. */
const advised = new Map(
  everyAdvice().map(({ path, advice: { norm } }) => [norm, advice[adviceKey(path)].norm]),
);

/** A piece of an English sentence, and what stands for it. Pieces are replaced in their order. */
type Piece = readonly [RegExp, string];

const replaced = (pieces: readonly Piece[], text: string) =>
  pieces.reduce((all, [from, to]) => all.replace(from, to), text);

/** The name of the operation in front of a refusal. */
const OPERATION =
  /^(?:parseNorm|(?:read|download)Cifar10|readCheckpoint|run|compare|see|style|influence|choose|transformer): /;

const errors: readonly Piece[] = [
  [OPERATION, ""],
  [/^option '(.*?)' argument '(.*?)' is invalid\. /, "选项 '$1' 的值 '$2' 无效："],
  [
    /^command-argument value '(.*?)' is invalid for argument '(.*?)'\. /,
    "参数 $2 的值 '$1' 无效：",
  ],
  [/Expected an integer of at least (\d+)\.?/, "应为不小于 $1 的整数。"],
  [/Expected an integer (\d+) to (\d+)\.?/, "应为 $1 到 $2 的整数。"],
  [/Expected (\d+) integers of at least (\d+)\.?/, "应为 $1 个不小于 $2 的整数，用逗号隔开。"],
  [/Expected a number above 0\.?/, "应为大于 0 的数。"],
  [/Expected one of (.*?)\.$/, "应为 $1 之一。"],
  [/Expected mpi, or local:4 for four threads\./, "应为 mpi，或 local:4（四个线程）。"],
  [/Allowed choices are (.*?)\.$/, "只能是 $1。"],
  [/There is no "(.*?)"\. Known: (.*?)\.$/, "没有“$1”。可用的有：$2。"],
  [/"(.*?)" is there twice\./, "“$1”出现了两次。"],
  [/^unknown option '(.*?)'/, "没有选项 '$1'"],
  [/^unknown command '(.*?)'/, "没有命令 '$1'"],
  [/ \(Did you mean one of (.*?)\?\)/, "（是不是要用 $1 之一？）"],
  [/ \(Did you mean (.*?)\?\)/, "（是不是要用 $1？）"],
  [
    /^too many arguments for '(.*?)'\. Expected (\d+) arguments? but got (\d+)\.?/,
    "命令 $1 的参数太多：最多 $2 个，得到 $3 个。",
  ],
  [
    /^too many arguments\. Expected (\d+) arguments? but got (\d+)\.?/,
    "参数太多：最多 $1 个，得到 $2 个。",
  ],
  [/^missing required argument '(.*?)'/, "缺少参数 '$1'"],
  [/^option '(.*?)' argument missing/, "选项 '$1' 缺少值"],
  [/^required option '(.*?)' not specified/, "必须给出选项 '$1'"],
  // norms
  [
    /unknown norm "(.*?)": no method for weights "(.*?)"/,
    "没有名为“$1”的归一化：“$2”不是作用于权重的方法",
  ],
  [/unknown norm "(.*?)"/, "没有名为“$1”的归一化"],
  [
    /; known: (.*); behind (?:them|one) with a \+: (.*?)(\.?)$/,
    "；可用的有：$1；可在后面用 + 连接：$2$3",
  ],
  [/; known: /, "；可用的有："],
  [/, alone or behind them with a \+: /, "；可单独使用，也可用 + 接在后面："],
  [/"(.*?)" cannot stand behind a convolution/, "“$1”不能直接放在卷积后面"],
  [/"(.*?)" takes no number, got "(.*?)"/, "“$1”不带数字，得到“$2”"],
  [
    /expected the .*? behind "(.*?):", an integer ≥ 1, got "(.*?)"/,
    "“$1:”后面应为正整数，得到“$2”",
  ],
  [
    /num_channels must be divisible by num_groups, got (\d+) and (\d+)/,
    "组数 $2 必须整除通道数 $1",
  ],
  [/"(.*?)": (?=组数)/, "“$1”："],
  [/^--norms (\S+) with --width (\d+): /, "--norms $1 与 --width $2 不相配："],
  [
    /expected norm to be one method, with or without its number, of (.*), got "(.*?)"/,
    "没有名为“$2”的方法；可用的有（可带数字）：$1",
  ],
  [/expected no number behind "(.*?)", got "(.*?)"/, "“$1”不带数字，得到“$2”"],
  [/Expected more than 1 .*$/i, "训练时每个通道至少要有两个值"],
  [
    /expected (\d+) channels, got (\d+) in input of shape (\[.*?\]), layout "(\w+)"/,
    "应有 $1 个通道，得到 $2 个；输入形状 $3，布局 $4",
  ],
  // flags that do not go together
  [
    /^--limit (\d+) is less than the images of one step, --batch-size (\d+)/,
    "--limit $1 少于一步所用的图片数 --batch-size $2",
  ],
  [
    /^--save-every says how often to save; --checkpoint says where, and is missing/,
    "--save-every 只说明多久保存一次；还要用 --checkpoint 指定目录",
  ],
  [/^--data and --download exclude each other/, "--data 和 --download 不能同时使用"],
  [
    /^--warmup (\d+) is more than --steps (\d+): the step size would never be reached/,
    "--warmup $1 大于 --steps $2：永远达不到设定的学习率",
  ],
  [
    /^--at (\S+) is not within (\d+) samples, (\d+) channels, (\d+) positions, each counted from 0/,
    "--at $1 超出范围：只有 $2 个样本、$3 个通道、$4 个位置，都从 0 数起",
  ],
  [
    /^mpirun has started (\d+) ranks: add --distributed to compare; other commands run in one process/,
    "mpirun 启动了 $1 个进程：compare 请加 --distributed；其他命令只在一个进程里运行",
  ],
  // files
  [
    /^--data (\S+): there is no array "(.*?)" \(there are (.*?)\)/,
    "--data $1：没有数组“$2”（有 $3）",
  ],
  [
    /^--data (\S+): expected images and as many labels, got (\d+) and (\d+)/,
    "--data $1：图片与标签的数目应相同且不为零，得到 $2 和 $3",
  ],
  [/^--data (\S+): expected labels from 0 to 9, got (\S+)/, "--data $1：标签应为 0 到 9，得到 $2"],
  [/: no checkpoint: expected a (.*?) or (\.npy) file$/, "：不是权重文件：应为 $1 或 $2 文件"],
  [/: expected the name of a (\S+) or (\S+) file$/, "：应为 $1 或 $2 文件"],
  [
    /^NumPy has no bf16: give --dtype f16 or f32, or write (\S+)/,
    "NumPy 没有 bf16：请用 --dtype f16 或 f32，或写成 $1",
  ],
  [/ is read here: give the result another name/, " 正在被读取：请给结果换一个名字"],
  [/^cannot write to the directory (.*?): /, "无法写入目录 $1："],
  [/cannot read the directory (.*?): /, "无法读取目录 $1："],
  [/^(\S+): cannot be read from (.*?): /, "无法从 $2 读取 $1："],
  [/cannot read the picture (.*?): /, "无法读取图片 $1："],
  [/cannot read the text (.*?): /, "无法读取文本 $1："],
  [/cannot read (\S+): /, "无法读取 $1："],
  [/cannot fetch (\S+): /, "无法下载 $1："],
  [
    /; without a network, unpack a copy of the archive and read from there/,
    "；没有网络时，可解压一份归档，再从那里读取",
  ],
  [/(\S+) is there but not complete; remove it first/, "$1 已存在但不完整，请先删除"],
  [
    /; --data takes a .npz file or the directory of CIFAR-10's binary version; --download fetches it/,
    "；--data 需要 .npz 文件或 CIFAR-10 二进制版所在的目录；--download 会下载它",
  ],
  [
    /; delete it, or give --checkpoint another directory, to begin anew/,
    "；要重新开始，请删除它，或给 --checkpoint 换一个目录",
  ],
  [/(?:ENOENT: )?no such file or directory(?:, \w+ '(.*?)')?/, "没有这个文件或目录"],
  [/permission denied/, "没有权限"],
  [/there is a file of that name on the way/, "路径中有同名的文件"],
  [/there is a file of that name/, "已有同名的文件"],
  [/it is a directory/, "它是目录"],
  [/no space left/, "磁盘已满"],
  [/read-only file system/, "文件系统只读"],
  [/it is neither PNG nor JPEG/, "它既不是 PNG，也不是 JPEG"],
  [/(\d+) × (\d+) pixels are too few/, "$1 × $2 像素太少"],
  [
    /: (\d+) × (\d+) pixels at --size (\d+), and the shorter side must have (\d+): give /,
    "：在 --size $3 时为 $1 × $2 像素，而短边至少要有 $4：请用 ",
  ],
  [/(--size \d+) or more, or a picture that is less long/, "$1 或更大，或换一张不这么狭长的图片"],
  [/请用 a picture that is less long/, "请换一张不这么狭长的图片"],
  [/: not UTF-8 \((.*)\): save it as UTF-8/, "：不是 UTF-8（$1），请另存为 UTF-8"],
  [/it looks like no text/, "看来不是文本"],
  [/it looks like (.*?) or (.*?)(?=）)/, "看来是 $1 或 $2"],
  [/it looks like /, "看来是 "],
  [/byte (\d+) is none of its/, "第 $1 字节不合编码"],
  [/byte (\d+) is 0: /, "第 $1 字节是 0："],
  [/it ends within a character/, "结尾处字符不完整"],
  [/expected a text of more than (\d+) characters, got (\d+)/, "文本要多于 $1 个字符，得到 $2 个"],
  // the page and the ranks
  [
    /^the page is not built \((.*)\): npm run build:page makes it/,
    "网页还没有生成（$1）：请运行 npm run build:page",
  ],
  [
    /^port (\d+) of (\S+) is taken; --port <n> names another one/,
    "$2 的端口 $1 已被占用；可用 --port <n> 换一个",
  ],
  [/^port (\d+) of (\S+) is not for this user/, "当前用户无权使用 $2 的端口 $1"],
  [/^cannot serve on port (\d+) of (\S+): /, "无法使用 $2 的端口 $1："],
  [/^there is no module (.*)/, "没有模块 $1"],
  [
    /^no launcher of MPI started this process: put mpirun -np 4 in front, or give --distributed local:4/,
    "这个进程不是由 MPI 启动的：请在前面加上 mpirun -np 4，或使用 --distributed local:4",
  ],
];

const stages: readonly Piece[] = [
  [/^layers$/, "各种归一化"],
  [/^see$/, "计算"],
  [/^influence$/, "扰动一个样本"],
  [/^running statistics$/, "滑动统计量"],
  [/^gradients$/, "梯度"],
  [/^training$/, "训练"],
  [/^momenta$/, "动量"],
  [/^padding$/, "填充"],
  [/^the article's block$/, "文章的编码器块"],
  [/^choose$/, "选择"],
  [/ seed (\d+)/, " 种子 $1"],
  [/ batch 1$/, " 批量 1"],
  [/, bare$/, "，无缩放平移"],
];

const told: readonly Piece[] = [
  [/^the article's tensor$/, "文章的张量"],
  [/^momenta$/, "动量"],
  [/^the tree$/, "整棵决策树"],
  [/^(\d+) values a channel$/, "每通道 $1 个值"],
  [/^to (\d+)$/, "填充到 $1"],
  [/^(\d+) a batch$/, "每批 $1 句"],
  [/^held-out loss /, "留出损失 "],
  [/^loss /, "损失 "],
  [/^test accuracy /, "测试准确率 "],
  [/^(\S+ %) right$/, "准确率 $1"],
  [/^style (\S+), content /, "风格 $1，内容 "],
  [/^training$/, "开始训练"],
  [/^stopped$/, "已停止"],
  [/^refused$/, "拒绝计算"],
  [/^(\d+) training and (\d+) test images/, "训练图片 $1 张，测试图片 $2 张"],
  [/; --limit (\d+) takes all$/, "；--limit $1 使用全部"],
  // notes of compare's runs
  [/^trained on (\d+) single images$/, "用 $1 张单独的图片训练"],
  [/^not trained with batch 1$/, "没有做批量为 1 的训练"],
  [/^batch 1 left out$/, "略去批量为 1 的部分"],
  [/^stopped before the training with batch 1 was finished$/, "在批量为 1 的训练完成之前停止"],
  [/^.*expected more than 1 .*$/i, "每个通道只有一个值，拒绝计算（PyTorch 也是如此）"],
];

/** What is English in the library: refusals, the stages of the experiments and what they tell, notes of runs. */
export const speech = {
  error: (message: string) => replaced(errors, message),
  stage: (name: string) => replaced(stages, name),
  told: (text: string) => advised.get(text) ?? replaced(told, text),
};
