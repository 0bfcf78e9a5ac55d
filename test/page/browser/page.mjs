// What all drivers' pages have in common. A driver brings: navigate(url), run(expression) → JSON, press(key),
// click(selector), point(selector), drag(selector, [[dx, dy], …]) from its middle, size(width, height),
// emulate(features), faults() → texts since the page was opened, and requests() → addresses.
import { sleep } from "../../platform/browsers/helpers.mjs";

/** How long something may take to come about, in milliseconds. The machine may be busy. */
const PATIENCE = 20_000;

export class Page {
  constructor(driver) {
    Object.assign(this, driver);
    /** Faults that a test has reason to expect. */
    this.expected = [];
  }

  /**
   * Opens an address, and waits until the page's script has come to life. A link to a place of the same document is
   * loaded anew too.
   */
  async open(url, { script = true } = {}) {
    await this.navigate("about:blank");
    await this.navigate(url);
    if (script) await this.until(() => document.querySelector("#page[data-alive]") !== null);
  }

  /** Calls a function in the page with arguments of JSON, and returns its result, or what its promise becomes. */
  evaluate(work, ...args) {
    const list = args.map((arg) => JSON.stringify(arg) ?? "undefined").join(", ");
    return this.run(`(${work})(${list})`);
  }

  /** Waits until a function in the page gives something true, and returns it. */
  async until(work, ...args) {
    return this.become(
      () => this.evaluate(work, ...args),
      (value) => value,
    );
  }

  /** Asks again and again until the answer is as it should be, and returns the last answer either way. */
  async become(ask, isRight, patience = PATIENCE) {
    const end = Date.now() + patience;
    for (;;) {
      const value = await ask();
      if (isRight(value) || Date.now() > end) return value;
      await sleep(40);
    }
  }

  /** Chooses an option of a select, or gives a field its value, as a visitor would. */
  set(selector, value) {
    return this.evaluate(
      (selector, value) => {
        const field = document.querySelector(selector);
        const { set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value");
        set.call(field, value);
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.dispatchEvent(new Event("change", { bubbles: true }));
      },
      selector,
      value,
    );
  }

  /** The text of the first element that a selector finds, or null. */
  text(selector) {
    return this.evaluate(
      (selector) => document.querySelector(selector)?.textContent ?? null,
      selector,
    );
  }
}
