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

export function geluForward(y: usize, x: usize, begin: i32, end: i32): void {
  const o = (<usize>begin) << 2;
  curve<Gelu>(y + o, x + o, end - begin);
}

export function geluBackward(dx: usize, dy: usize, x: usize, begin: i32, end: i32): void {
  const o = (<usize>begin) << 2;
  curveBack<GeluSlope>(dx + o, dy + o, x + o, end - begin);
}

export function geluTanhForward(y: usize, x: usize, begin: i32, end: i32): void {
  const o = (<usize>begin) << 2;
  curve<GeluTanh>(y + o, x + o, end - begin);
}

export function geluTanhBackward(dx: usize, dy: usize, x: usize, begin: i32, end: i32): void {
  const o = (<usize>begin) << 2;
  curveBack<GeluTanhSlope>(dx + o, dy + o, x + o, end - begin);
}

export function siluForward(y: usize, x: usize, begin: i32, end: i32): void {
  const o = (<usize>begin) << 2;
  curve<Swish>(y + o, x + o, end - begin);
}

export function siluBackward(dx: usize, dy: usize, x: usize, begin: i32, end: i32): void {
  const o = (<usize>begin) << 2;
  curveBack<SwishSlope>(dx + o, dy + o, x + o, end - begin);
}
