// An edge route: its build is of the edge-light condition.
import { init, layerNorm, tensor } from "evenkeel";

export const runtime = "edge";

export async function GET() {
  const { variant, threads } = await init();
  const values = [...layerNorm(tensor([1, 3]), [2]).toArray()];
  return Response.json({ variant, threads, values });
}
