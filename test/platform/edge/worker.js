// A Cloudflare Worker that answers POSTed tensors with their layer norm over the last axis.
//   POST /  body: float32, little-endian; header "x-shape: 32,768"   → the same shape, float32
//   GET /stats                                                       → what is in memory
import { init, layerNorm, tensor, tidy } from "evenkeel";

// A Worker has 128 MB, and this one stays below 100: 48 for the tensors of the request being computed (one at a time, for
// operations are synchronous), 48 for the bodies of requests and answers under way, the rest for the code.
const MiB = 2 ** 20;
const LARGEST_BODY = 20 * MiB;
const BODIES = 48 * MiB;
let bodies = 0;

const runtime = await init({ maximumMemory: 48 * MiB });

const refuse = (status, message) => new Response(`${message}\n`, { status });

function parseShape(text) {
  const shape = (text ?? "").split(",").map(Number);
  return shape.every((n) => Number.isInteger(n) && n > 0) ? shape : null;
}

/** A body of `bytes` bytes, of which no more is ever held, whatever its headers say; null for any other. */
async function read(body, bytes) {
  const all = new Uint8Array(bytes);
  const reader = body?.getReader();
  let at = 0;
  try {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (done) return at === bytes ? all : null;
      if (at + value.length > bytes) return null;
      all.set(value, at);
      at += value.length;
    }
  } catch {
    return null; // cut off
  } finally {
    reader?.cancel().catch(() => {});
  }
}

async function answer(request, shape, bytes) {
  const body = await read(request.body, bytes);
  if (!body) return refuse(400, "the body is not as long as x-shape says");
  const x = new Float32Array(body.buffer);
  try {
    const y = tidy(() => layerNorm(tensor(x, shape), shape.slice(-1)).toArray());
    return new Response(y, { headers: { "x-shape": shape.join(",") } });
  } catch (error) {
    return refuse(413, error.message); // short rows: their statistics take more memory than they
  }
}

export default {
  async fetch(request) {
    if (request.method === "GET" && new URL(request.url).pathname === "/stats")
      return Response.json({
        ...runtime.stats(),
        memory: runtime.memory.buffer.byteLength,
        bodies,
      });
    if (request.method !== "POST") return refuse(405, "POST a tensor");
    const shape = parseShape(request.headers.get("x-shape"));
    if (!shape) return refuse(400, 'x-shape: expected positive lengths as in "32,768"');
    const bytes = 4 * shape.reduce((product, n) => product * n, 1);
    const declared = Number(request.headers.get("content-length") ?? bytes);
    if (Math.max(bytes, declared) > LARGEST_BODY) return refuse(413, "at most 20 MiB a tensor");
    if (declared !== bytes) return refuse(400, "the body is not as long as x-shape says");
    if (bodies + 2 * bytes > BODIES) return refuse(503, "busy: try again");
    bodies += 2 * bytes;
    try {
      return await answer(request, shape, bytes);
    } finally {
      bodies -= 2 * bytes;
    }
  },
};
