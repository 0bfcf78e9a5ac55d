import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";

/** The first path that exists; a path's one `*` stands for any folder name. */
export function firstFile(paths) {
  for (const path of paths) {
    const [before, after] = path.split("*");
    const candidates =
      after === undefined
        ? [path]
        : existsSync(before)
          ? readdirSync(before).map((folder) => before + folder + after)
          : [];
    const found = candidates.find((candidate) => existsSync(candidate));
    if (found) return found;
  }
  return undefined;
}

/** `promise`, or an error that says what took longer than `ms`. */
export async function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing after ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const groups = new Set();
const signalGroup = (child, signal) => {
  try {
    return process.kill(-child.pid, signal);
  } catch {
    return false; // already gone
  }
};
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    for (const child of groups) signalGroup(child, "SIGKILL");
    process.exit(1);
  });
}

/** Starts a program in a process group of its own: browsers have many processes, and xvfb-run leaves its own behind. */
export function startGroup(path, args, env = {}) {
  const options = { detached: true, stdio: "ignore", env: { ...process.env, ...env } };
  const child = spawn(path, args, options);
  child.on("error", () => {}); // seen as a connection that is refused
  groups.add(child);
  return child;
}

/** Asks a group to end, and makes what is left of it end. */
export async function endGroup(child) {
  groups.delete(child);
  if (child.pid === undefined || !signalGroup(child, "SIGTERM")) return;
  for (let tries = 0; tries < 30 && child.exitCode === null && child.signalCode === null; tries++)
    await sleep(100);
  signalGroup(child, "SIGKILL");
}

/** Ends what failed to start in time, and would keep this process alive. */
export const endGroups = () => Promise.all([...groups].map(endGroup));
