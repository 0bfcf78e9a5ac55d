import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "../../engine/engine.js";
import type { Lane } from "../../engine/lane.js";
import type { OwnData } from "../../engine/protocol.js";
import { useTexts } from "../../text/texts.js";
import { PICTURES } from "./control.js";

const SIDE = 32;
const PLANE = SIDE * SIDE;

interface Shown {
  images: Uint8Array;
  labels: Uint8Array;
}

/** The first test pictures, and what each net calls them. They are asked for once there are answers. */
export function Pictures(props: {
  lanes: readonly Lane[];
  /** The images of the race, if they are not the drawn ones. The visitor may have chosen others since it began. */
  data: OwnData | undefined;
}) {
  const { lanes, data } = props;
  const { train } = useTexts();
  const [shown, show] = useState<Shown | null>(null);
  const answered = lanes.filter(({ evaluations }) => evaluations.at(-1)?.answers);
  const isWanted = answered.length > 0;
  useEffect(() => {
    let isCurrent = isWanted;
    if (isWanted)
      call("pictures", { count: PICTURES, ...(data && { data }) }).then(
        (pictures) => isCurrent && show(pictures),
        () => {}, // the page says by itself that the engine is broken
      );
    return () => {
      isCurrent = false;
      show(null); // other data, other pictures
    };
  }, [isWanted, data]);
  if (!shown || !isWanted) return null;
  const { images, labels } = shown;
  const names = data ? train.classes.cifar : train.classes.drawn;
  return (
    <div class="pictures">
      <h3>{train.pictures}</h3>
      <p class="hint">{train.picturesHint}</p>
      <ol>
        {Array.from(labels, (label, i) => (
          <li key={i}>
            <Picture
              pixels={images.subarray(i * 3 * PLANE, (i + 1) * 3 * PLANE)}
              name={names[label]}
            />
            {answered.map((lane) => {
              const answer = lane.evaluations.at(-1)?.answers?.[i] ?? -1;
              const isRight = answer === label;
              const say = train.answer(lane.norm, names[answer] ?? "–", isRight);
              return (
                <span
                  key={lane.norm}
                  class={`look${lanes.indexOf(lane) % 8}${isRight ? " right" : ""}`}
                  role="img"
                  aria-label={say}
                  title={say}
                >
                  {lane.norm} {isRight ? "✓" : names[answer]}
                </span>
              );
            })}
          </li>
        ))}
      </ol>
    </div>
  );
}

/** Planes of red, green and blue bytes on a canvas. */
function Picture({ pixels, name }: { pixels: Uint8Array; name: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(SIDE, SIDE);
    for (let i = 0; i < PLANE; i++) {
      for (let plane = 0; plane < 3; plane++) image.data[4 * i + plane] = pixels[plane * PLANE + i];
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }, [pixels]);
  return (
    <figure>
      <canvas ref={canvas} width={SIDE} height={SIDE} role="img" aria-label={name} />
      <figcaption>{name}</figcaption>
    </figure>
  );
}
