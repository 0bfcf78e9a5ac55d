import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { Option } from "commander";
import { writeNpy } from "../../files/npy.js";
import { saveNumpyArchive } from "../../files/numpy.js";
import { writeZip } from "../../files/write-zip.js";
import { F16, toHalf } from "../../io/half.js";
import { saveSafetensors } from "../../io/safetensors.js";
import type { Runtime } from "../../runtime/runtime.js";
import { type AnyTensor, tensor } from "../../tensor.js";
import { writeFiles } from "../files.js";
import type { Texts } from "../text/en/index.js";
import { withCheckpoint } from "./read.js";

const dtypes = ["f32", "f16", "bf16"] as const;
/** In which floating-point numbers to write. */
export type NumberType = (typeof dtypes)[number];

export const dtypeOption = (about: string): Option =>
  new Option("--dtype <type>", about).choices(dtypes);

/** The smallest numbers that are rounded to infinity. */
const limits: Record<NumberType, number> = {
  f32: 2 ** 128 - 2 ** 103,
  f16: 65_520,
  bf16: 2 ** 128 - 2 ** 119,
};

/** Reads the tensors of `file`, changes them, and writes `out`, which is there as a whole or not at all. */
export const rewrite = (
  { file, out, dtype }: { file: string; out: string; dtype?: NumberType },
  { convert }: Texts,
  change: (
    tensors: ReadonlyMap<string, AnyTensor>,
    runtime: Runtime,
  ) => { tensors: ReadonlyMap<string, AnyTensor>; done: string },
): Promise<void> =>
  withCheckpoint(file, async ({ files, shapes, load }, runtime) => {
    await checkOut(files, out, dtype);
    const { tensors, done } = change(await load([...shapes.keys()]), runtime);
    const infinite = await writeTensors(out, tensors, dtype, runtime);
    if (infinite > 0) console.log(convert.infinite(infinite, dtype ?? "f32"));
    console.log(done);
  });

/** Refuses a file that cannot be written: neither of two formats, bf16 for NumPy, a directory, one that is read. */
async function checkOut(files: readonly string[], out: string, dtype?: NumberType): Promise<void> {
  if (!/\.(safetensors|npz)$/.test(out))
    throw new Error(`${out}: expected the name of a .safetensors or .npz file`);
  if (dtype === "bf16" && out.endsWith(".npz"))
    throw new Error("NumPy has no bf16: give --dtype f16 or f32, or write .safetensors");
  const there = await stat(out).catch(() => null);
  if (there?.isDirectory()) throw new Error(`${out}: it is a directory`);
  for (const file of there ? files : []) {
    const { dev, ino } = await stat(file);
    if (dev === there?.dev && ino === there.ino)
      throw new Error(`${out} is read here: give the result another name`);
  }
}

/** Writes a file as a whole. Returns how many of its finite numbers became infinite. */
async function writeTensors(
  out: string,
  tensors: ReadonlyMap<string, AnyTensor>,
  dtype: NumberType | undefined,
  runtime: Runtime,
): Promise<number> {
  const numbers = [...tensors].filter(([, { dtype }]) => /^float/.test(dtype));
  let infinite = 0;
  for (const [, x] of dtype ? numbers : [])
    for (const value of x.toArray() as Float32Array)
      if (Number.isFinite(value) && Math.abs(value) >= limits[dtype ?? "f32"]) infinite++;
  const all = new Map(tensors);
  if (dtype === "f32")
    for (const [key, x] of numbers)
      all.set(key, tensor(Float32Array.from(x.toArray() as Float64Array), x.shape, { runtime }));
  const bytes = out.endsWith(".npz") ? npz(all, dtype) : safetensors(all, dtype);
  await writeFiles(dirname(out), { [basename(out)]: bytes });
  return infinite;
}

const safetensors = (tensors: ReadonlyMap<string, AnyTensor>, dtype?: NumberType) =>
  saveSafetensors(
    tensors,
    { format: "pt" },
    { dtype: ({ f16: "float16", bf16: "bfloat16", f32: undefined } as const)[dtype ?? "f32"] },
  );

function npz(tensors: ReadonlyMap<string, AnyTensor>, dtype?: NumberType): Uint8Array {
  if (dtype !== "f16") return saveNumpyArchive(tensors);
  const entries = [...tensors].map(([name, x]) => {
    const data = x.toArray();
    const half = /^float/.test(x.dtype) ? toHalf(F16, data as Float32Array) : data;
    return [`${name}.npy`, writeNpy(x.dtype[0], x.shape, half)] as const;
  });
  return writeZip("convert", entries);
}
