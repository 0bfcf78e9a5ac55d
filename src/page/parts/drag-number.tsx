import { useRef } from "preact/hooks";

/** The pixels that the pointer goes for one step. */
const STEP = 2;

/** A number in a cell that is dragged up and down, or changed by the keys of a slider. */
export function DragNumber(props: {
  value: number;
  shown: string;
  label: string;
  least: number;
  most: number;
  change: (value: number) => void;
}) {
  const { value, shown, label, least, most, change } = props;
  const from = useRef<{ y: number; value: number } | null>(null);
  const set = (to: number) => {
    const within = Math.max(least, Math.min(most, Math.round(to)));
    if (within !== value) change(within);
  };
  const press = (event: KeyboardEvent) => {
    const to = keys[event.key]?.(value, least, most);
    if (to === undefined) return;
    event.preventDefault();
    set(to);
  };
  return (
    <span
      class="drag"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-orientation="vertical"
      aria-valuemin={least}
      aria-valuemax={most}
      aria-valuenow={value}
      onKeyDown={press}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { y: event.clientY, value };
      }}
      onPointerMove={(event) => {
        if (from.current) set(from.current.value + (from.current.y - event.clientY) / STEP);
      }}
      onLostPointerCapture={() => {
        from.current = null;
      }}
    >
      {shown}
    </span>
  );
}

type Key = (value: number, least: number, most: number) => number;
const by =
  (step: number): Key =>
  (value) =>
    value + step;

const keys: Record<string, Key> = {
  ArrowUp: by(1),
  ArrowRight: by(1),
  ArrowDown: by(-1),
  ArrowLeft: by(-1),
  PageUp: by(10),
  PageDown: by(-10),
  Home: (_, least) => least,
  End: (_, __, most) => most,
};
