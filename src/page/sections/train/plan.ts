// What is kept of a race that is under way, so that it can go on after the page was left.
import type { CompareConfig } from "../../../experiments/compare-types.js";
import type { Entry } from "../../engine/lane.js";
import type { Rate } from "../../engine/protocol.js";

export interface Plan extends Entry {
  key: string;
  settings: Partial<CompareConfig>;
  rates: Readonly<Record<string, readonly Rate[]>>;
}

const KEPT = "evenkeel-race";
const LOCK = "evenkeel-race";

/** Keeps the plan. Where the browser keeps nothing, the race can not go on later, and nothing else is lost. */
export function keep(plan: Plan | null): void {
  try {
    if (plan) localStorage.setItem(KEPT, JSON.stringify(plan));
    else localStorage.removeItem(KEPT);
  } catch {}
}

/** The plan of a race that was left, or null. One that runs in another tab is not left. */
export async function leftPlan(): Promise<Plan | null> {
  try {
    const text = localStorage.getItem(KEPT);
    if (text === null) return null;
    const plan = JSON.parse(text) as Plan;
    const isWhole = plan.settings !== null && typeof plan.settings === "object";
    if (!isWhole || !Array.isArray(plan.norms) || typeof plan.key !== "string") return null;
    const { held = [] } = (await navigator.locks?.query()) ?? {};
    return held.some(({ name }) => name === LOCK) ? null : plan;
  } catch {
    return null;
  }
}

/**
 * There is one place where a race is kept. Takes it and calls `granted`, unless a race in another tab has it. The
 * returned function gives it back.
 */
export function hold(granted: () => void): () => void {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  if (!navigator.locks) granted();
  navigator.locks
    ?.request(LOCK, { ifAvailable: true }, (lock) => {
      if (!lock) return undefined;
      granted();
      return held;
    })
    .catch(() => {});
  return release;
}
