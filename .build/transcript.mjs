// Constants and functions of the kernels that the host has too, sizes of scratch above all, from AssemblyScript to TypeScript.
import { codes, isCode, moduleOf, modules } from "../assembly/reader.mjs";

/** CAPITALS_OF_A_CONSTANT in the host's way. */
export const camel = (name) =>
  name.toLowerCase().replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

/** The first sentence; the sources have the rest. */
export const comment = (text) => `/** ${text.replace(/[.:] [\s\S]*/, ".")} */\n`;

/** What sources mark with @host, in TypeScript, and the functions that it calls. */
class Transcript {
  written = new Map();

  /** Writes a function, and before it those it calls. */
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

  /** An expression of integers in TypeScript. Division rounds down, which is right where it comes last; shifts to the left overflow. */
  formula(path, source, own) {
    const plain = source.replaceAll(/<\w+>/g, "");
    if (/<<|\*\*|%/.test(plain) || /\/(?! \w+$)/.test(plain))
      throw new Error(`${path}.ts: the host cannot have ${source}`);
    const text = plain.replaceAll(/[A-Za-z_]\w*(\.\w+)?/g, (name, member) =>
      own.includes(name) ? name : this.meaning(path, name, member?.slice(1)),
    );
    return plain.includes("/") ? `Math.floor(${text})` : text;
  }

  /** What a name stands for in a file: a constant or the member of a code for its number, a function for one that is written too. */
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

/** All of them. */
export function hostParts() {
  const transcript = new Transcript();
  const shared = ({ says }) => says.startsWith("@host");
  for (const { path, constants, functions } of modules()) {
    for (const each of constants.filter(shared)) transcript.addConstant(path, each);
    for (const each of functions.filter(shared)) transcript.add(path, each);
  }
  return [...transcript.written.values()].map(({ text }) => text);
}
