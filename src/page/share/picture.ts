// A drawing as a file of its own: it looks as it does in the page, without the page's style.

/** The properties that the page's style gives to drawings. SVG has attributes of the same names. */
const LOOKS = [
  ...["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "opacity"],
  ...["font-family", "font-size", "font-weight", "text-anchor", "visibility"],
];

/** A copy with the looks of now in its attributes, on the page's ground. */
export function svgText(drawing: SVGSVGElement, title: string): string {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const originals = [drawing, ...drawing.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((element, i) => {
    const looks = getComputedStyle(originals[i]);
    for (const name of LOOKS) {
      const value = looks.getPropertyValue(name);
      if (value) element.setAttribute(name, value);
    }
    for (const { name } of [...element.attributes])
      if (/^(class|tabindex|data-.*)$/.test(name)) element.removeAttribute(name);
  });
  const { width, height } = sizeOf(drawing);
  const make = (name: string) => document.createElementNS("http://www.w3.org/2000/svg", name);
  const ground = make("rect");
  ground.setAttribute("width", "100%");
  ground.setAttribute("height", "100%");
  ground.setAttribute("fill", getComputedStyle(document.body).backgroundColor);
  const name = make("title");
  name.textContent = title;
  copy.prepend(name, ground);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  return new XMLSerializer().serializeToString(copy);
}

function sizeOf(drawing: SVGSVGElement): { width: number; height: number } {
  const { width, height } = drawing.viewBox.baseVal;
  return width ? { width, height } : drawing.getBoundingClientRect();
}

/** Points of a picture for one of the drawing: sharp in print and on dense screens. */
const DENSITY = 2;

/** The drawing as PNG. Rejects where the browser cannot draw it. */
export async function pngOf(drawing: SVGSVGElement, title: string): Promise<Blob> {
  const { width, height } = sizeOf(drawing);
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svgText(drawing, title))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * DENSITY);
  canvas.height = Math.round(height * DENSITY);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("the browser makes no picture of it");
  return blob;
}
