// What the programs of the ranks share.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** The arguments of `ranks()`. */
export const given = <Arguments>(): Arguments => JSON.parse(process.argv[3] ?? "{}") as Arguments;

/** Hands the result of this rank to `ranks()`. */
export function result(rank: number, value: unknown): void {
  writeFileSync(join(process.argv[2], `${rank}.json`), JSON.stringify(value));
}
