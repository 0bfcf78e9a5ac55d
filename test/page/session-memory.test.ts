// Runs that are started and stopped leave the memory of their worker as it was.
import { expect, test, vi } from "vitest";
import type { Reply } from "../../src/page/engine/protocol.js";
import { Session } from "../../src/page/engine/session.js";
import type { Runtime } from "../../src/runtime/runtime.js";

const made = vi.hoisted((): Runtime[] => []);
vi.mock("../../src/runtime/create-runtime.js", async (original) => {
  const real = await original<typeof import("../../src/runtime/create-runtime.js")>();
  const createRuntime: typeof real.createRuntime = async (options) => {
    const runtime = await real.createRuntime(options);
    made.push(runtime);
    return runtime;
  };
  return { ...real, createRuntime };
});

const settings = { norms: ["gn"], width: 4, batchSize: 2, steps: 60, batch1: false };

test("50 starts and stops", async () => {
  let hear: (reply: Reply) => void = () => {};
  const session = new Session((reply) => hear(reply));
  const startAndStop = (id: number) =>
    new Promise<Reply["is"]>((resolve) => {
      hear = ({ is }) => {
        if (is === "events") void session.receive({ id, do: "stop" });
        if (is === "stopped" || is === "failed") resolve(is);
      };
      void session.receive({ id, do: "run", settings });
    });
  for (let id = 1; id <= 3; id++) expect(await startAndStop(id)).toBe("stopped");
  const [runtime] = made;
  const { tensors, bytes } = runtime.stats();
  const { byteLength } = runtime.memory.buffer;
  for (let id = 4; id <= 53; id++) expect(await startAndStop(id)).toBe("stopped");
  expect(runtime.stats()).toMatchObject({ tensors, bytes });
  expect(runtime.memory.buffer.byteLength).toBe(byteLength);
  expect(made.length).toBe(1);
});
