// Every relative link of the guides must lead to a file, and its anchor to an element there.
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";

const attributes = (html, name) =>
  [...html.matchAll(new RegExp(` ${name}="([^"]*)"`, "g"))].map(([, value]) => value);

/** Returns how many links there are. Throws where one leads nowhere. Pages of the reference are typedoc's own. */
export async function checkLinks(folder) {
  const texts = new Map();
  const read = async (path) => {
    if (!texts.has(path)) texts.set(path, await readFile(path, "utf8").catch(() => null));
    return texts.get(path);
  };
  const files = (await readdir(folder, { recursive: true })).filter(
    (file) => file.endsWith(".html") && !/^api[\\/]/.test(file),
  );
  const broken = [];
  let count = 0;
  for (const file of files)
    for (const href of attributes(await read(join(folder, file)), "(?:href|src)")) {
      if (/^(https?|data|mailto):/.test(href)) continue;
      count++;
      const [path, id] = href.split("#");
      const target = path ? normalize(join(folder, dirname(file), path)) : join(folder, file);
      const html = await read(target);
      if (html === null || (id && !attributes(html, "id").includes(decodeURIComponent(id))))
        broken.push(`${file}: ${href}`);
    }
  if (broken.length > 0) throw new Error(`broken links in the manual:\n${broken.join("\n")}`);
  return count;
}
