// x times a gate between 0 and 1: GELU (Hendrycks, Gimpel 2016, arXiv 1606.08415), its approximation by tanh, and SiLU
// (Elfwing, Uchibe, Doya 2017, arXiv 1702.03118). Range: elements.
import {
  curve,
  curveBack,
  Gelu,
  GeluSlope,
  GeluTanh,
  GeluTanhSlope,
  Swish,
  SwishSlope,
} from "../lib/curves";

function gate<F>(y: usize, x: usize, begin: i32, end: i32): void {
  const o = (<usize>begin) << 2;
  curve<F>(y + o, x + o, end - begin);
}

function gateBack<F>(dx: usize, dy: usize, x: usize, begin: i32, end: i32): void {
  const o = (<usize>begin) << 2;
  curveBack<F>(dx + o, dy + o, x + o, end - begin);
}

export function geluForward(y: usize, x: usize, begin: i32, end: i32): void {
  gate<Gelu>(y, x, begin, end);
}

export function geluBackward(dx: usize, dy: usize, x: usize, begin: i32, end: i32): void {
  gateBack<GeluSlope>(dx, dy, x, begin, end);
}

export function geluTanhForward(y: usize, x: usize, begin: i32, end: i32): void {
  gate<GeluTanh>(y, x, begin, end);
}

export function geluTanhBackward(dx: usize, dy: usize, x: usize, begin: i32, end: i32): void {
  gateBack<GeluTanhSlope>(dx, dy, x, begin, end);
}

export function siluForward(y: usize, x: usize, begin: i32, end: i32): void {
  gate<Swish>(y, x, begin, end);
}

export function siluBackward(dx: usize, dy: usize, x: usize, begin: i32, end: i32): void {
  gateBack<SwishSlope>(dx, dy, x, begin, end);
}
