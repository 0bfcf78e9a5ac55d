// Translates constants and functions that kernels and host share, above all sizes of scratch, from AssemblyScript to
// TypeScript.
import { codes, isCode, moduleOf, modules } from "../assembly/reader.mjs";

/** Converts CAPITALS_OF_A_CONSTANT to the host's style of names. */
export const camel = (name) =>
  name.toLowerCase().replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

/** The first sentence of a comment. The sources have the rest. */
export const comment = (text) => `/** ${text.replace(/[.:] [\s\S]*/, ".")} */\n`;

/** The parts of the sources marked with @host, in TypeScript, and the functions that these call. */
class Transcript {
  written = new Map();

  /** Writes a function after the functions it calls. */
  add(path, { name, args, body, says }) {
    const known = this.written.get(name);
    if (known && known.path !== path)
      throw new Error(`two functions ${name}: ${path}, ${known.path}`);
    if (known) return;
    this.written.set(name, { path, text: "" });
    const value = body.match(/^ {2}return ([^;]*);\n$/)?.[1];
    if (!value) throw new Error(`${path}.ts: ${name} must be one return for the host to have it`);
    const own = args.map(({ arg }) => arg);
    const formula = this.formula(path, value.replaceAll(/\s+/g, " "), own);
    const list = args.map(({ arg, type }) => `${arg}: ${isCode(type) ? type : "number"}`);
    const shared = says.startsWith("@host");
    const head = shared ? `${comment(says.replace(/^@host /, ""))}export ` : "";
    this.written.set(name, {
      path,
      text: `${head}const ${name} = (${list.join(", ")}): number => ${formula};`,
    });
  }

  addConstant(path, { name, says }) {
    const text = `${comment(says.replace(/^@host /, ""))}export const ${camel(name)} = ${this.meaning(path, name)};`;
    this.written.set(name, { path, text });
  }

  /**
   * An expression of integers in TypeScript. Division rounds down, so it may only come last. Shifts to the left
   * overflow.
   */
  formula(path, source, own) {
    const plain = source.replaceAll(/<\w+>/g, "");
    if (/<<|\*\*|%/.test(plain) || /\/(?! \w+$)/.test(plain))
      throw new Error(`${path}.ts: the host cannot have ${source}`);
    const text = plain.replaceAll(/[A-Za-z_]\w*(\.\w+)?/g, (name, member) =>
      own.includes(name) ? name : this.meaning(path, name, member?.slice(1)),
    );
    return plain.includes("/") ? `Math.floor(${text})` : text;
  }

  /**
   * The meaning of a name in a file. A constant or a member of a code becomes its number; a function is written too.
   */
  meaning(path, name, member) {
    const [first] = name.split(".");
    const from = moduleOf(path).imports.get(first) ?? path;
    const { functions, constants } = moduleOf(from);
    if (member) return `${codes.find((code) => code.name === first).members.indexOf(member)}`;
    const constant = constants.find((each) => each.name === name);
    if (constant) {
      const value = this.formula(from, constant.value, []);
      if (!/^[\d\s*+().-]+$/.test(value)) throw new Error(`${from}.ts: what is ${name}?`);
      return `${Function(`return ${value}`)()}`;
    }
    const called = functions.find((each) => each.name === name);
    if (!called) throw new Error(`${path}.ts: what is ${name}?`);
    this.add(from, called);
    return name;
  }
}

/** All shared parts. */
export function hostParts() {
  const transcript = new Transcript();
  const shared = ({ says }) => says.startsWith("@host");
  for (const { path, constants, functions } of modules()) {
    for (const each of constants.filter(shared)) transcript.addConstant(path, each);
    for (const each of functions.filter(shared)) transcript.add(path, each);
  }
  return [...transcript.written.values()].map(({ text }) => text);
}
