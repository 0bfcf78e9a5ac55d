// What is kept of a race that is under way, so that it can go on after the page was left.
import type { CompareConfig } from "../../../experiments/compare-types.js";
import type { Entry } from "../../engine/lane.js";
import type { Rate } from "../../engine/protocol.js";
import { forget } from "../../engine/saved.js";

export interface Plan extends Entry {
  key: string;
  settings: Partial<CompareConfig>;
  rates: Readonly<Record<string, readonly Rate[]>>;
}

const KEPT = "evenkeel-race";
const LOCK = "evenkeel-race";

/** Writes what is kept. Where the browser keeps nothing, the race can not go on later, and nothing else is lost. */
function write(plan: Plan | null): void {
  try {
    if (plan) localStorage.setItem(KEPT, JSON.stringify(plan));
    else localStorage.removeItem(KEPT);
  } catch {}
}

const isList = (values: readonly unknown[], type: "string" | "number"): boolean =>
  Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === type);

/** The plan that is kept, whoever trains by it, or null. */
export function keptPlan(): Plan | null {
  try {
    const plan = JSON.parse(localStorage.getItem(KEPT) ?? "null") as Plan;
    const { key, settings, norms, seeds = [0] } = plan;
    const isWhole = settings !== null && typeof settings === "object" && typeof key === "string";
    return isWhole && isList(norms, "string") && isList(seeds, "number") ? plan : null;
  } catch {
    return null;
  }
}

/** The plan of a race that was left, or null. One that runs in another tab is not left. */
export async function leftPlan(): Promise<Plan | null> {
  try {
    const { held = [] } = (await navigator.locks?.query()) ?? {};
    return held.some(({ name }) => name === LOCK) ? null : keptPlan();
  } catch {
    return null;
  }
}

/** Gives back the one place where a race is kept. What is kept there stays. */
export type Leave = () => void;

/** Takes the one place where a race is kept; null while a race in another tab has it. */
export function takePlace(): Promise<Leave | null> {
  const { locks } = navigator;
  if (!locks) return Promise.resolve(() => {});
  return new Promise((resolve) => {
    locks
      .request(LOCK, { ifAvailable: true }, (lock) =>
        lock ? new Promise<void>((leave) => resolve(leave)) : resolve(null),
      )
      .catch(() => resolve(null));
  });
}

/** The plan of a race under way. It is kept until its end, unless another tab has the place. */
export class KeptPlan {
  plan: Plan;
  readonly #leave: Leave | null;

  constructor(plan: Plan, leave: Leave | null) {
    this.plan = plan;
    this.#leave = leave;
    if (leave) write(plan);
  }

  /** Takes the step sizes that were set on the way. */
  set rates(rates: Plan["rates"]) {
    if (JSON.stringify(rates) === JSON.stringify(this.plan.rates)) return;
    this.plan = { ...this.plan, rates };
    if (this.#leave) write(this.plan);
  }

  /** Deletes what was saved of the race: it is of no use after its end. */
  end(): void {
    if (this.#leave) write(null);
    forget(this.plan.key);
    this.#leave?.();
  }
}
