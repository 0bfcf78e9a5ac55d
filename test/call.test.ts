import { describe, expect, test } from "vitest";
import { call, onRefusal, onSuccess } from "../src/call.js";
import { MemoryFull } from "../src/runtime/memory.js";
import { full, type Tensor } from "../src/tensor.js";
import { useRuntime } from "./helpers.js";

const runtime = await useRuntime();

const refuse = (message = "no"): never => {
  throw new Error(message);
};

describe("a refused call", () => {
  test("takes everything back, the last change first, even where one step of it throws", () => {
    const steps: string[] = [];
    const { tensors } = runtime.stats();
    const run = () =>
      call("outer", () => {
        full([3], 1, { runtime });
        onRefusal(() => steps.push("first"));
        onRefusal(() => refuse("cannot be taken back"));
        onRefusal(() => steps.push("last"));
        refuse("the reason");
      });
    expect(run).toThrow("the reason");
    expect(steps).toEqual(["last", "first"]);
    expect(runtime.stats().tensors).toBe(tensors);
  });

  test("within another that goes on takes back its own, once", () => {
    const steps: string[] = [];
    const run = () =>
      call("outer", () => {
        onRefusal(() => steps.push("outer"));
        try {
          call("inner", () => {
            onRefusal(() => steps.push("inner"));
            refuse();
          });
        } catch {}
        expect(steps).toEqual(["inner"]);
        refuse();
      });
    expect(run).toThrow("no");
    expect(steps).toEqual(["inner", "outer"]);
  });

  test("keeps what the undoing made and changed, though the outer call is refused too", () => {
    const steps: string[] = [];
    let made: Tensor | null = null;
    const restore = () =>
      call("restore", () => {
        made = full([3], 1, { runtime });
        onRefusal(() => steps.push("changed again"));
        onSuccess(() => steps.push("given away"));
      });
    const run = () =>
      call("outer", () =>
        call("inner", () => {
          onRefusal(restore);
          refuse();
        }),
      );
    expect(run).toThrow("no");
    expect(steps).toEqual([]);
    expect((made as Tensor | null)?.toArray()).toEqual(Float32Array.of(1, 1, 1));
  });

  test("carries the outermost name where memory is full", () => {
    const full = () => {
      throw new MemoryFull("memory is full");
    };
    expect(() => call("outer", () => call("inner", full))).toThrow(/^outer: memory is full$/);
  });
});

test("what waits for success happens when the outermost call is done, and not at all after a refusal", () => {
  const steps: string[] = [];
  call("outer", () => {
    call("inner", () => onSuccess(() => steps.push("finished")));
    try {
      call("refused", () => {
        onSuccess(() => steps.push("never"));
        refuse();
      });
    } catch {}
    expect(steps).toEqual([]);
  });
  expect(steps).toEqual(["finished"]);
  expect(() =>
    call("outer", () => {
      call("inner", () => onSuccess(() => steps.push("never")));
      refuse();
    }),
  ).toThrow("no");
  call("another", () => {});
  expect(steps).toEqual(["finished"]);
});

test("a change outside of any call is a fault of ours", () => {
  expect(() => onRefusal(() => {})).toThrow("internal: ");
  expect(() => onSuccess(() => {})).toThrow("internal: ");
});
