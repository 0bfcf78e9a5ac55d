// Where the planes of a [batch, channels, length] tensor lie and which set they belong to; see norm/channel-norm.ts.

/** The first plane of set s. */
export function firstPlane(s: i32, runs: i32, planeStep: i32): i32 {
  return planeStep === 1 ? s * runs : s;
}

/** weight[i], or `otherwise` where there is no weight. */
export function at(weight: usize, i: i32, otherwise: f64): f64 {
  return weight ? <f64>load<f32>(weight + ((<usize>i) << 2)) : otherwise;
}

/** Bytes before plane p. */
export function planeOffset(p: i32, length: i32): usize {
  return (<usize>p * <usize>length) << 2;
}
