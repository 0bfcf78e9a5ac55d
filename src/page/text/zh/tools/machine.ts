export const machine = {
  heading: "这台机器",
  lead: "本页在这里用什么计算，算出的每一位对不对，有多快。",
  unknown: "–",
  build: "版本",
  relaxed:
    "这个浏览器也能运行 relaxed 版本，它把乘法和加法合在一起。本页不用它：它的末位因机器而异。",
  notRelaxed: "把乘法和加法合在一起的 relaxed 版本需要更新的浏览器或处理器。",
  threads: "线程",
  threadsOf: (cores: number, threads: number) =>
    `浏览器报告的核数：${cores}。每个工作线程里的计算线程：${threads}；几个网络并排训练，各用一个工作线程。`,
  memory: "内存",
  memoryOf: (kibibytes: string) =>
    `空闲的工作线程里有 ${kibibytes} KiB 的 WebAssembly 内存；需要时会增长。`,
  headers: "响应头",
  isolated: "本页带着 COOP 和 COEP 响应头发送，线程之间可以共享内存。",
  notIsolated: "本页没有带 COOP 和 COEP 响应头，线程之间不能共享内存。",
  headersAdd:
    '有了它们，一个网络可以由多个线程计算，计时也更精确。本页同时训练几个网络，这比多线程更快，所以没有好处；在您自己的网页里：init({ threads: "auto" })。',
  bits: "一位不差",
  bitsWhat:
    "训练一个由卷积和批归一化组成的网络 20 步，再取全部权重的哈希值。任何权重里差一位，它都会不同。",
  check: "检查",
  measure: "测量",
  running: "正在进行 …",
  same: "与各处相同。",
  other: "不一样！不该如此：这个浏览器的计算方式不同。",
  took: (seconds: string) => `用时 ${seconds} 秒。`,
  expected: "在 Node、Deno、Bun、Chromium、Firefox、WebKit 里，在 x86 和 ARM 上：",
  speed: "速度",
  speedWhat:
    "与普通 JavaScript 相比，即用循环处理 Float32Array 的通常写法；单线程，21 次的中位数。需要几秒钟。",
  head: ["运算", "evenkeel", "JavaScript", "倍数"],
  operations: {
    norm: "[16, 32, 32, 32] 的批归一化",
    matmul: "128 × 128 矩阵的乘积",
  },
  ms: (value: string) => `${value} 毫秒`,
};
