import type { CompareResult } from "../../experiments/compare-types.js";
import type { Race } from "../engine/race.js";
import { machineHere } from "./machine.js";

/** A race as `compare` would have returned it, of all norms and seeds; null before its end. */
export function raceResult(race: Pick<Race, "lanes" | "entry" | "isUnderWay"> | null) {
  const results = (race?.lanes ?? []).flatMap(({ result }) => result ?? []);
  if (!race?.entry || race.isUnderWay || results.length === 0) return null;
  const { norms, seeds } = race.entry;
  const [{ config, machine }] = results;
  const all = seeds ?? [config.seed];
  return {
    // seeds that do not follow each other are beside their runs
    config: { ...config, norms, seed: all[0], seeds: all.length } as CompareResult["config"],
    machine: { ...machine, ...machineHere() },
    runs: results.flatMap(({ runs }) => runs),
    unfinished: results.flatMap(({ unfinished }) => unfinished ?? []),
  };
}
