import { useEffect, useRef } from "preact/hooks";
import type { Picture } from "../../../experiments/pictures.js";
import { save } from "../../parts/save.js";
import { imageOf } from "./read-picture.js";

/** A picture; with `before`, that one is right of the share `split` of its width. Pressing moves the line between. */
export function PictureCanvas(props: {
  picture: Picture | null;
  before?: Picture | null;
  split?: number;
  label: string;
  move?: (split: number) => void;
}) {
  const { picture, before, split = 1, label, move } = props;
  const ref = useRef<HTMLCanvasElement>(null);
  const { width, height } = picture ?? { width: 160, height: 160 };
  useEffect(() => {
    const context = ref.current?.getContext("2d");
    if (!context || !picture) return;
    context.putImageData(imageOf(picture), 0, 0);
    const at = Math.round(split * width);
    if (!before || at >= width) return;
    context.putImageData(imageOf(before), 0, 0, at, 0, width - at, height);
    context.fillStyle = "white";
    context.fillRect(at - 1, 0, 1, height);
    context.fillStyle = "black";
    context.fillRect(at, 0, 1, height);
  }, [picture, before, split, width, height]);
  const follow = (event: { currentTarget: Element; clientX: number }) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    move?.(Math.max(0, Math.min(1, (event.clientX - left) / width)));
  };
  return (
    <canvas
      ref={ref}
      width={width}
      height={height}
      role="img"
      aria-label={label}
      onPointerDown={
        move &&
        ((event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          follow(event);
        })
      }
      onPointerMove={
        move &&
        ((event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) follow(event);
        })
      }
    />
  );
}

/** Saves a picture as a PNG file. */
export function savePng(picture: Picture, name: string): void {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: picture.width, height: picture.height });
  canvas.getContext("2d")?.putImageData(imageOf(picture), 0, 0);
  canvas.toBlob((blob) => {
    if (blob) save(blob, name);
  }, "image/png");
}
