// Questions to the worker that change with every frame, such as while a lever is dragged.
import { type ReadonlySignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";

interface Answers<R> {
  take(result: R): void;
  refuse(error: unknown): void;
}

/**
 * A function that asks for its argument: one question at a time, at the next frame, and of those that wait the latest.
 */
export function latest<A, R>(
  ask: (args: A) => Promise<R>,
  { take, refuse }: Answers<R>,
  atNextFrame: (run: () => void) => void,
): (args: A) => void {
  let waiting: { args: A } | null = null;
  let isBusy = false;
  const next = async () => {
    while (waiting) {
      const { args } = waiting;
      waiting = null;
      try {
        take(await ask(args));
      } catch (error) {
        if (!waiting) refuse(error);
      }
    }
    isBusy = false;
  };
  return (args) => {
    waiting = { args };
    if (isBusy) return;
    isBusy = true;
    atNextFrame(next);
  };
}

/** Asks whenever `args` change. What is shown at first is known, and not asked for if `known` says the same. */
export function useLatest<R>(
  args: ReadonlySignal<string>,
  ask: (args: string) => Promise<R>,
  answers: Answers<R>,
  known?: string,
): void {
  const now = useRef({ ask, answers });
  now.current = { ask, answers };
  const asker = useRef<((args: string) => void) | null>(null);
  useSignalEffect(() => {
    const wanted = args.value;
    if (!asker.current && wanted === known) return;
    asker.current ??= latest(
      (args: string) => now.current.ask(args),
      {
        take: (result) => now.current.answers.take(result),
        refuse: (error) => now.current.answers.refuse(error),
      },
      requestAnimationFrame,
    );
    asker.current(wanted);
  });
}
