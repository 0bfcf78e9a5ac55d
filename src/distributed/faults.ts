// One rank that fails must end the job: the others would wait for it in their next collective.
import { builtin } from "./node.js";
import { nap } from "./pending.js";

/** Milliseconds in which the launcher reads the message, before it is told to end everything. */
const FORWARD = 100;

/** Writes where the process may end in the next moment. */
function tell(text: string): void {
  try {
    builtin("process group", "node:fs").writeSync(2, `${text}\n`);
  } catch {} // nobody reads it any more
}

/** The handlers of a rank that is not alone. They stand until `remove()`. */
export class Faults {
  readonly #name: string;
  readonly #kill: () => void;
  readonly #handlers: [event: string, handler: (value: unknown) => void][];

  /** `kill` ends all ranks. */
  constructor(rank: number, size: number, kill: () => void) {
    this.#name = `[rank ${rank} of ${size}]`;
    this.#kill = kill;
    const fatal = (error: unknown) => {
      this.abort(error instanceof Error ? (error.stack ?? error.message) : String(error));
    };
    const ended = (code: unknown) => this.abort(`ended without close(), code ${code}`);
    this.#handlers =
      size === 1
        ? []
        : [
            ["uncaughtException", fatal],
            ["unhandledRejection", fatal],
            ["exit", ended],
          ];
    for (const [event, handler] of this.#handlers) process.on(event as "exit", handler);
  }

  abort(message: string): never {
    this.remove();
    tell(message.includes("[rank ") ? message : `${this.#name} ${message}`);
    nap(FORWARD);
    this.#kill();
    process.exit(1);
  }

  remove(): void {
    for (const [event, handler] of this.#handlers.splice(0)) process.off(event as "exit", handler);
  }
}
