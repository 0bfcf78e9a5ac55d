// The page's side of the laboratory's experiments, with a worker that only says what the test says.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useWorkers } from "../../src/page/engine/engine.js";
import { Experiment } from "../../src/page/lab/experiment.js";
import { FakeWorker } from "./fake-worker.js";

let workers: FakeWorker[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  workers = [];
  useWorkers(() => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  });
});
afterEach(() => {
  vi.useRealTimers();
});

function started() {
  const experiment = new Experiment<"gradients">();
  experiment.start({ name: "gradients", settings: {}, controls: {} }, { hear() {} });
  const worker = workers[workers.length - 1];
  const { id } = worker.asked[0];
  return { experiment, worker, say: (reply: object) => worker.say({ id, ...reply }) };
}

/** Time passes, in seconds. */
const pass = (seconds: number) => vi.advanceTimersByTime(1000 * seconds);

test("an experiment whose worker ends without a word has failed, and says why", () => {
  const { experiment, worker, say } = started();
  for (let i = 0; i < 10; i++) {
    pass(20);
    say({ is: "told", events: [] });
  }
  expect(experiment.status.value).toBe("running");
  pass(60);
  expect(experiment.status.value).toBe("failed");
  expect(experiment.error?.message).toMatch(/does not answer/);
  expect(worker.isEnded).toBe(true);
});

test("a paused experiment may be silent for as long as it is paused", () => {
  const { experiment, say } = started();
  for (let i = 0; i < 3; i++) {
    experiment.pause();
    pass(3600);
    expect(experiment.status.value).toBe("paused");
    experiment.resume();
    pass(20);
    say({ is: "told", events: [] });
  }
  pass(60);
  expect(experiment.status.value).toBe("failed");
});

test("nobody looks for a worker of which all is known", () => {
  const { experiment, say } = started();
  say({ is: "result", result: {} });
  expect(experiment.status.value).toBe("done");
  const { experiment: other } = started();
  other.stop();
  expect(vi.getTimerCount()).toBe(0);
});
