// What several files of tests do in a page.

/** Drops files, each a name and its bytes, on an element. */
export const drop = (page, selector, files) =>
  page.evaluate(
    (selector, files) => {
      const dataTransfer = new DataTransfer();
      for (const [name, text] of files) {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        dataTransfer.items.add(new File([bytes], name));
      }
      document
        .querySelector(selector)
        .dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
    },
    selector,
    files.map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]),
  );

/** From now on keeps what the page would save: names, kinds and contents. */
export const keepSaved = (page) =>
  page.evaluate(() => {
    window.saved = [];
    const blobs = new Map();
    const { createObjectURL } = URL;
    URL.createObjectURL = (blob) => {
      const url = createObjectURL.call(URL, blob);
      blobs.set(url, blob);
      return url;
    };
    HTMLAnchorElement.prototype.click = function () {
      const blob = blobs.get(this.href);
      const reader = new FileReader();
      reader.onload = () => {
        const bytes = reader.result.split(",")[1];
        window.saved.push({ name: this.download, type: blob.type, bytes });
      };
      reader.readAsDataURL(blob);
    };
  });

/** What was saved last, with its bytes, once there are so many files. */
export async function savedFile(page, count) {
  const all = await page.become(
    () => page.evaluate(() => window.saved),
    ({ length }) => length >= count,
  );
  const { name, type, bytes } = all[count - 1];
  return { name, type, bytes: Buffer.from(bytes, "base64") };
}
