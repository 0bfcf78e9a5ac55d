import { inNameOf, isRecord, parseJson, refuse } from "./safetensors-header.js";

/**
 * The files of the arrays by name, from the `*.safetensors.index.json` of a model in several files. Throws RangeError
 * in the name of `op` for what is no index, and for a file that is not beside it or below.
 */
export const parseIndex = (bytes: Uint8Array, op: string): Map<string, string> =>
  inNameOf(op, () => {
    const map = parseJson(bytes).get("weight_map");
    if (!isRecord(map)) return refuse('expected an index with a "weight_map"');
    for (const [name, file] of Object.entries(map))
      if (!isBeside(file))
        refuse(
          `${JSON.stringify(name)}: expected a file beside the index, got ${JSON.stringify(file)}`,
        );
    return new Map(Object.entries(map as Record<string, string>));
  });

/** Whether it is a path downwards that means the same to file systems and as a part of a URL. */
const isBeside = (file: unknown): boolean =>
  typeof file === "string" &&
  !/[\\:%?#\p{C}]/u.test(file) &&
  file.split("/").every((part) => part === part.trim() && !/^\.*$/.test(part));
