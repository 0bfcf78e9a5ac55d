// Pickles made by hand, and checkpoints around them.
import { writeZip } from "../../src/files/write-zip.js";

export type Part = number[];
export const code = (letters: string): Part =>
  Array.from(letters, (letter) => letter.charCodeAt(0));

export const int = (n: number): Part => [0x4a, ...new Uint8Array(Int32Array.of(n).buffer)];
export const text = (s: string): Part => [
  0x58,
  ...new Uint8Array(Uint32Array.of(s.length).buffer),
  ...code(s),
];
export const name = (module: string, own: string): Part => code(`c${module}\n${own}\n`);
export const tuple = (...items: Part[]): Part => [...code("("), ...items.flat(), ...code("t")];
export const list = (...items: Part[]): Part => [...code("]("), ...items.flat(), ...code("e")];
export const dict = (entries: Record<string, Part>): Part => [
  ...code("}("),
  ...Object.entries(entries).flatMap(([key, value]) => [...text(key), ...value]),
  ...code("u"),
];
export const call = (called: Part, ...args: Part[]): Part => [
  ...called,
  ...tuple(...args),
  ...code("R"),
];
export const put = (value: Part, key: number): Part => [...value, 0x71, key];
export const get = (key: number): Part => [0x68, key];
export const none = code("N");
export const pickle = (value: Part, protocol = 2): Uint8Array =>
  Uint8Array.from([0x80, protocol, ...value, ...code(".")]);

interface View {
  type?: string;
  key?: string;
  size: number;
  offset?: number;
  shape: number[];
  strides: number[];
}

export const storage = (type: string, key: string, size: number): Part => [
  ...tuple(text("storage"), name(...split(type)), text(key), text("cpu"), int(size)),
  ...code("Q"),
];
const split = (path: string): [string, string] => {
  const at = path.lastIndexOf(".");
  return [path.slice(0, at), path.slice(at + 1)];
};

export const view = ({
  type = "FloatStorage",
  key = "0",
  size,
  offset = 0,
  shape,
  strides,
}: View): Part =>
  call(
    name("torch._utils", "_rebuild_tensor_v2"),
    storage(`torch.${type}`, key, size),
    int(offset),
    tuple(...shape.map(int)),
    tuple(...strides.map(int)),
    code("\x89"),
    code(")"),
  );

/** A checkpoint in the zip format. */
export const checkpoint = (
  value: Part | Uint8Array,
  storages: Record<string, Uint8Array> = {},
  more: Record<string, string> = {},
): Uint8Array =>
  writeZip("test", [
    ["a/data.pkl", value instanceof Uint8Array ? value : pickle(value)],
    ...Object.entries(storages).map(([key, bytes]) => [`a/data/${key}`, bytes] as const),
    ...Object.entries(more).map(
      ([key, own]) => [`a/${key}`, new TextEncoder().encode(own)] as const,
    ),
  ]);

export const floats = (...values: number[]): Uint8Array =>
  new Uint8Array(Float32Array.from(values).buffer);
