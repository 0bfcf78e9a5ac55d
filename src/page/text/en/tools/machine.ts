export const machine = {
  heading: "This machine",
  lead: "What the page computes on here, whether its bits are the right ones, and how fast it is.",
  unknown: "–",
  build: "Build",
  relaxed:
    "This browser could run the relaxed build too, which fuses products and sums. The page does without: its " +
    "last bits differ between machines.",
  notRelaxed:
    "The relaxed build, which fuses products and sums, needs a newer browser or processor.",
  threads: "Threads",
  threadsOf: (cores: number, threads: number) =>
    `Cores that the browser tells of: ${cores}. Threads of each worker: ${threads}; nets are trained side by ` +
    "side, a worker each.",
  memory: "Memory",
  memoryOf: (kibibytes: string) =>
    `${kibibytes} KiB of WebAssembly memory in a worker at rest; it grows as needed.`,
  headers: "Headers",
  isolated: "This page was sent with COOP and COEP, so that memory may be shared between threads.",
  notIsolated:
    "This page was sent without COOP and COEP, so that no memory may be shared between threads.",
  headersAdd:
    "With them one net can be computed by several threads, and clocks are finer. This page trains several nets at " +
    'once, which is faster than threads, and gains nothing; in your own page: init({ threads: "auto" }).',
  bits: "The same bits",
  bitsWhat:
    "Trains a net of convolutions and batch norms for 20 steps and takes the hash of all its weights. One bit in " +
    "one weight would change it.",
  check: "Check",
  measure: "Measure",
  running: "Under way …",
  same: "The same as everywhere.",
  other: "Another one! That should not be: this browser computes otherwise.",
  took: (seconds: string) => `Took ${seconds} s.`,
  expected: "In Node, Deno, Bun, Chromium, Firefox and WebKit, on x86 and ARM:",
  speed: "Speed",
  speedWhat:
    "Against plain JavaScript, as one would write it with loops over Float32Array; one thread, the median of 21 " +
    "runs. Takes a few seconds.",
  head: ["Operation", "evenkeel", "JavaScript", "Ratio"],
  operations: {
    norm: "Batch norm of [16, 32, 32, 32]",
    matmul: "Product of 128 × 128 matrices",
  },
  ms: (value: string) => `${value} ms`,
};
