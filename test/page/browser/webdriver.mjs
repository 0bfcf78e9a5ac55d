// Pages of browsers that are driven by WebDriver, whose commands have the same form over each connection.

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

const keys = {
  ...{ ArrowLeft: "\uE012", ArrowUp: "\uE013", ArrowRight: "\uE014", ArrowDown: "\uE015" },
  ...{ Enter: "\uE007", Tab: "\uE004", Escape: "\uE00C", Home: "\uE011", End: "\uE010" },
  ...{ PageUp: "\uE00E", PageDown: "\uE00F", Backspace: "\uE003" },
};

/**
 * `commands` are those of a connection: execute(script) → text, find(selector) → element, click(id), perform(actions).
 */
export function driverOf({ execute, find, click, perform }) {
  const run = async (expression) => {
    const text = await execute(`return (async () => {
      try { return JSON.stringify({ value: await (${expression}) }); }
      catch (error) { return JSON.stringify({ error: String(error) + "\\n" + error?.stack }); }
    })()`);
    const { value, error } = JSON.parse(text);
    if (error) throw new Error(error);
    return value ?? null;
  };
  const intoView = (selector) =>
    run(
      `document.querySelector(${JSON.stringify(selector)}).scrollIntoView({ block: "center", behavior: "instant" })`,
    );
  return {
    run,
    press: (key) =>
      perform([
        {
          type: "key",
          id: "keys",
          actions: ["keyDown", "keyUp"].map((type) => ({ type, value: keys[key] ?? key })),
        },
      ]),
    async click(selector) {
      await intoView(selector);
      await click((await find(selector))[ELEMENT]);
    },
    async point(selector) {
      await intoView(selector);
      const origin = await find(selector);
      await perform([
        {
          type: "pointer",
          id: "mouse",
          parameters: { pointerType: "mouse" },
          actions: [{ type: "pointerMove", duration: 0, origin, x: 0, y: 0 }],
        },
      ]);
    },
    async drag(selector, moves) {
      await intoView(selector);
      const origin = await find(selector);
      const to = ([x, y]) => ({ type: "pointerMove", duration: 0, origin, x, y });
      const press = (type) => ({ type, button: 0 });
      await perform([
        {
          type: "pointer",
          id: "mouse",
          parameters: { pointerType: "mouse" },
          actions: [to([0, 0]), press("pointerDown"), ...moves.map(to), press("pointerUp")],
        },
      ]);
    },
    requests: () =>
      run(`performance.getEntriesByType("resource").map(({ name }) => name).concat(location.href)`),
  };
}
