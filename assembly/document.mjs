// Writes the ABI of the binaries as Markdown, from assembly/index.ts and the comments of the kernels it exports:
//   node assembly/document.mjs > dist/abi.md
import { codes, files, header, isCode, plans, read } from "./reader.mjs";

const index = read("./index.ts");

/** What WebAssembly calls a type. */
const wasm = { usize: "i32", i32: "i32", u32: "i32", f32: "f32", f64: "f64", void: "" };
for (const { name } of codes) wasm[name] = `i32 ${name}`;
for (const { type } of plans) wasm[type] = `i32 address of a ${type}`;

/** Kernels without a comment are those whose name says all. */
const plain = ({ args }) => {
  const [out, ...inputs] = args.map(({ arg }) => arg).filter((arg) => !/begin|end/.test(arg));
  return `Elementwise: ${out} from ${inputs.join(" and ")}. Range: elements.`;
};

const signature = ({ name, args, result }) => {
  const list = args.map(
    ({ arg, type }) => `${arg}: ${wasm[type]}${type === "usize" ? " address" : ""}`,
  );
  return `${name}(${list.join(", ")})${wasm[result] ? `: ${wasm[result]}` : ""}`;
};

const entry = (kernel) =>
  `### ${kernel.name}\n\n\`\`\`\n${signature(kernel)}\n\`\`\`\n\n${kernel.says || plain(kernel)}\n`;

const section = ({ path, says, kernels }) =>
  `## ${path.slice(2)}\n\n${says ? `${says}\n\n` : ""}${kernels.map(entry).join("\n")}`;

/** The words of a plan, an int32 each, and what is said of them. */
const plan = ({ type, says, words }) =>
  `### ${type}\n\n${says}\n\n${words
    .map(
      ({ word, type, says }, i) =>
        `- ${4 * i}: ${word}${isCode(type) ? `, a *${type}*` : ""}${says ? ` – ${says}` : ""}`,
    )
    .join("\n")}\n`;

/** What an argument of the type of a code may be. */
const choice = ({ name, members, says }) =>
  `- *${name}*: ${members.map((member, i) => `${i} ${member}`).join(", ")}. ${says}`;

process.stdout.write(`# The binary interface of evenkeel

For hosts without JavaScript, and for those who want the kernels alone. \`simd.wasm\` and \`relaxed.wasm\` (fused
multiply-add where the CPU has it) import one memory, \`env.memory\`, not shared, of 1 to 65536 pages;
\`simd-threads.wasm\` and \`relaxed-threads.wasm\` are the same for a shared memory. There is no start function, no data
segment, no global, no table.

An *address* is in bytes, as an i32. Give each array an address that is a multiple of 64 and not below 1024 (the
optimiser takes what lies below for unused), and see that the memory reaches to its end: kernels never grow it and
allocate nothing. Numbers are little-endian. A kernel does the items from \`begin\` to before \`end\`; to use several
threads, instantiate the shared binary on the same memory in each and give each a part of the range. \`abi()\` returns
twice the number of this interface, plus 1 in the relaxed builds.

${header(index).slice(header(index).indexOf("The contract"))}

An argument may be a *code*:
${codes.map(choice).join("\n")}

## Plans

A *plan* is a block of int32 words: byte offset, name.

${plans.map(plan).join("\n")}
${files.map(section).join("\n")}`);
