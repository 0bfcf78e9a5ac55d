// Some positions of all channels: for each m, the element `index[m]` + channel · stride of a tensor.

/** y [channels, count]: y[c][m] = x[index[m] + c·stride]. index is int32s. Range: channels. */
export function gatherPositions(
  y: usize,
  x: usize,
  index: usize,
  count: i32,
  stride: i32,
  begin: i32,
  end: i32,
): void {
  for (let c = begin; c < end; c++) {
    const from = x + ((<usize>c * stride) << 2);
    let to = y + ((<usize>c * count) << 2);
    for (let m = 0; m < count; m++, to += 4) {
      const at = <usize>load<i32>(index + ((<usize>m) << 2));
      store<f32>(to, load<f32>(from + (at << 2)));
    }
  }
}

/** x[index[m] + c·stride] = y[c][m]. The rest of x stays as it is. Range: channels. */
export function scatterPositions(
  x: usize,
  y: usize,
  index: usize,
  count: i32,
  stride: i32,
  begin: i32,
  end: i32,
): void {
  for (let c = begin; c < end; c++) {
    const to = x + ((<usize>c * stride) << 2);
    let from = y + ((<usize>c * count) << 2);
    for (let m = 0; m < count; m++, from += 4) {
      const at = <usize>load<i32>(index + ((<usize>m) << 2));
      store<f32>(to + (at << 2), load<f32>(from));
    }
  }
}
