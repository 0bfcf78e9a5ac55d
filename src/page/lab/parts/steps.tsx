import { Slider } from "../../parts/fields.js";

/** A slider over values that it goes through one by one, such as powers of ten. */
export function Steps(props: {
  label: string;
  values: readonly number[];
  value: number;
  change: (value: number) => void;
}) {
  const { label, values, value, change } = props;
  const distance = (other: number) => Math.abs(Math.log(other / value));
  const at = values.reduce(
    (best, each, i) => (distance(each) < distance(values[best]) ? i : best),
    0,
  );
  return (
    <Slider
      label={label}
      value={at}
      least={0}
      most={values.length - 1}
      shown={String(value)}
      change={(i) => change(values[i])}
    />
  );
}
