import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const HOST = fileURLToPath(new URL("host.mjs", import.meta.url));

/**
 * A library in its own process. If it does not answer in time, the process is ended, and a new one starts for the next
 * row.
 */
export class Peer {
  #child = null;
  #waiting = new Map();
  #id = 0;

  constructor(adapter, { node, threads, limit }) {
    Object.assign(this, { adapter, node, threads, limit, version: "" });
  }

  async start() {
    if (this.#child) return;
    const child = fork(HOST, [this.adapter, String(this.threads)], {
      execPath: this.node,
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let complaint = "";
    child.stderr.on("data", (text) => {
      complaint = `${complaint}${text}`.slice(-2000);
    });
    child.on("message", ({ id, value, error }) => {
      const { resolve, reject } = this.#waiting.get(id) ?? {};
      this.#waiting.delete(id);
      if (error === undefined) resolve?.(value);
      else reject?.(new Error(error));
    });
    child.on("exit", (code, signal) => {
      if (this.#child === child) this.#child = null;
      for (const { reject } of this.#waiting.values())
        reject(new Error(`ended with ${code ?? signal}: ${complaint.trim().split("\n").at(-1)}`));
      this.#waiting.clear();
    });
    this.#child = child;
    this.version = await this.ask("open");
  }

  /** Sends a request and waits for the answer, at most `limit` milliseconds. */
  ask(action, given = {}) {
    const id = this.#id++;
    return new Promise((resolve, reject) => {
      if (!this.#child) return reject(new Error("not running"));
      const timer = setTimeout(() => {
        this.close();
        reject(new Error(`over ${this.limit / 1000} s`));
      }, this.limit);
      const settle = (done) => (value) => {
        clearTimeout(timer);
        done(value);
      };
      this.#waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      this.#child.send({ id, action, ...given });
    });
  }

  close() {
    this.#child?.kill("SIGKILL");
    this.#child = null;
    this.#waiting.clear();
  }
}
