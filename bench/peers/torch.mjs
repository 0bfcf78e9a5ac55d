// PyTorch in a Python, which is $PYTHON or python3; see pytorch.py.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { sizeOf } from "./interpret.mjs";

export async function open({ threads }) {
  const python = process.env.PYTHON ?? "python3";
  const script = fileURLToPath(new URL("pytorch.py", import.meta.url));
  const child = spawn(python, [script, String(threads)], { stdio: ["pipe", "pipe", "pipe"] });
  let complaint = "";
  child.on("error", (error) => {
    complaint = error.message;
  });
  child.stderr.on("data", (text) => {
    complaint = `${complaint}${text}`.slice(-300);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value } = await lines.next();
    if (value === undefined) throw new Error(`${python}: ${complaint.trim().split("\n").at(-1)}`);
    const { error, ...rest } = JSON.parse(value);
    if (error) throw new Error(error);
    return rest;
  };
  const ask = (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return answer();
  };
  const { version } = await answer();
  return { version, prepare: (program) => prepare(program, ask) };
}

async function prepare(program, ask) {
  const folder = mkdtempSync(join(tmpdir(), "evenkeel-torch-"));
  try {
    const leaves = Object.entries(program.leaves).map(([name, { shape, data }], i) => {
      const file = join(folder, `in${i}`);
      writeFileSync(file, data);
      const integer = data instanceof Int32Array;
      return [name, { file, shape, integer, count: sizeOf(shape) }];
    });
    const { sizes } = await ask({
      folder,
      program: { ...program, leaves: Object.fromEntries(leaves) },
    });
    const results = sizes.map((size, i) => {
      const { buffer, byteOffset } = readFileSync(join(folder, `out${i}`));
      return new Float32Array(buffer.slice(byteOffset, byteOffset + 4 * size));
    });
    return {
      outputs: () => results,
      time: async (calls) => (await ask({ calls })).ms,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
