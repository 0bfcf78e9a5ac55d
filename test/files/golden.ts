import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AnyTensor } from "../../src/tensor.js";

/** A tensor as PyTorch or NumPy has it. */
export interface Expected {
  dtype: string;
  shape: number[];
  data: number[];
}

/** A folder of files that PyTorch or NumPy wrote, with what they hold. */
export function goldenFiles<T>(folder: string) {
  const path = join("test/golden", folder); // also of a program in build
  const expected: Record<string, T> = JSON.parse(readFileSync(join(path, "expected.json"), "utf8"));
  return {
    names: readdirSync(path).filter((name) => name !== "expected.json"),
    cases: Object.entries(expected),
    bytes: (name: string) => new Uint8Array(readFileSync(join(path, name))),
  };
}

/** The dtype in which a tensor holds one of theirs. */
const ours: Record<string, string> = {
  float16: "float32",
  bfloat16: "float32",
  int8: "int32",
  int16: "int32",
  bool: "int32",
  ">f4": "float32",
};

export const asExpected = ({ dtype, shape, data }: Expected): Expected => ({
  dtype: ours[dtype] ?? dtype,
  shape,
  data,
});

export const described = (tensor: AnyTensor): Expected => ({
  dtype: tensor.dtype,
  shape: [...tensor.shape],
  data: Array.from(tensor.toArray(), Number),
});
