import { WORDS } from "./lengths.js";

const [WIDTH, ROW] = [320, 14];

/** Some sentences of a batch: words, and the padding behind them. */
export function Batch({ length, label }: { length: number; label: string }) {
  const at = (words: number) => Math.round((words / length) * WIDTH);
  return (
    <svg class="batch" viewBox={`0 0 ${WIDTH} ${WORDS.length * ROW}`} role="img" aria-label={label}>
      {WORDS.map((words, row) => (
        <g key={words}>
          <rect class="words" x={0} y={row * ROW} width={at(words)} height={ROW - 3} />
          <rect
            class="pad"
            x={at(words)}
            y={row * ROW}
            width={WIDTH - at(words)}
            height={ROW - 3}
          />
        </g>
      ))}
    </svg>
  );
}
