// The example Worker on the real workerd: right answers, refusals, 200 requests at once, 10,000 in a row without
// growth.
import { copyFile, readFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle, serve } from "../runtimes/workerd.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const post = (url, shape, body, headers = {}) =>
  fetch(url, { method: "POST", headers: { "x-shape": shape, ...headers }, body });

/** The answer to the head of a request whose body never comes. */
const statusOfHead = (url, shape, length) =>
  new Promise((resolve, reject) => {
    const headers = { "x-shape": shape, "content-length": length };
    const head = request(url, { method: "POST", headers }, ({ statusCode }) => {
      head.destroy();
      resolve(statusCode);
    });
    head.on("error", reject);
    head.flushHeaders();
  });

/**
 * The answer to a body of so many MiB whose length no header tells: sent in pieces, as the Worker hangs up once it has
 * answered.
 */
const statusOfStream = (url, shape, size) =>
  new Promise((resolve, reject) => {
    const sending = request(url, { method: "POST", headers: { "x-shape": shape } });
    const piece = new Uint8Array(2 ** 18);
    let left = 4 * size;
    const timer = setInterval(() => {
      if (left-- > 0) return void sending.write(piece);
      clearInterval(timer);
      sending.end();
    }, 2);
    sending.on("response", ({ statusCode }) => {
      clearInterval(timer);
      sending.destroy();
      resolve(statusCode);
    });
    sending.on("error", (error) => {
      clearInterval(timer);
      reject(error);
    });
  });

/** Whether every row of `y` has mean 0 and variance 1. */
function normalized(y, cols) {
  for (let row = 0; row < y.length; row += cols) {
    const values = y.subarray(row, row + cols);
    const mean = values.reduce((sum, v) => sum + v, 0) / cols;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / cols;
    if (!(Math.abs(mean) < 1e-5 && Math.abs(variance - 1) < 1e-3)) return false;
  }
  return y.length > 0;
}

const ramp = (size, seed) =>
  Float32Array.from({ length: size }, (_, i) => ((i * 7 + seed) % 31) / 4);

async function ask(url, rows, cols, seed) {
  const response = await post(url, `${rows},${cols}`, ramp(rows * cols, seed));
  const y = new Float32Array(await response.arrayBuffer());
  return response.status === 200 && y.length === rows * cols && normalized(y, cols);
}

async function problems(url) {
  const wrong = [];
  const expect = (fine, what) => fine || wrong.push(what);
  const stats = async () => (await fetch(`${url}/stats`)).json();

  expect(await ask(url, 32, 768, 1), "the answer is not the layer norm");
  for (const [shape, status] of [
    ["32,768,0", 400],
    ["", 400],
    ["4,5", 400],
    ["6000,1000", 413],
    ["1e400", 400],
  ]) {
    const response = await post(url, shape, ramp(24, 0));
    expect(response.status === status, `x-shape "${shape}": ${response.status}, not ${status}`);
    await response.text();
  }
  for (const shape of ["5242881", "2,2"]) {
    const status = await statusOfHead(url, shape, 4 * 5242881);
    expect(status === 413, `20 MiB and 4 bytes as [${shape}]: ${status}, not 413`);
  }
  expect(await ask(url, 5, 2 ** 20, 2), "20 MiB are not answered");
  const short = await post(url, "5242880,1", ramp(5242880, 0));
  expect(short.status === 413, `rows of one: ${short.status}, not 413`);
  await short.text();
  for (const shape of ["2,2", "5,1048576"]) {
    const status = await statusOfStream(url, shape, 60);
    expect(status === 400, `60 MiB without a length as [${shape}]: ${status}, not 400`);
  }

  const many = await Promise.all(Array.from({ length: 200 }, (_, i) => ask(url, 16, 1024, i)));
  expect(many.every(Boolean), "some of 200 requests at once got a wrong answer");

  const before = await stats();
  for (let sent = 0; sent < 10_000; sent += 50) {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => ask(url, 2, 64, i)));
    if (!answers.every(Boolean)) expect(false, `a wrong answer after ${sent} requests`);
  }
  const after = await stats();
  expect(after.tensors === 0 && after.bytes === 0 && after.bodies === 0, "tensors were left");
  expect(after.memory === before.memory, `memory: ${before.memory}, then ${after.memory}`);
  expect(after.memory <= 48 * 2 ** 20, `memory: ${after.memory}`);
  return wrong;
}

/** A row for the matrix. `folder`: where the package is installed. */
export async function edgeExample(workerd, about, folder) {
  await copyFile(here("./worker.js"), join(folder, "edge.js"));
  const out = await bundle(folder, "edge.js", { out: "edge" });
  const server = await serve(workerd, out, await readFile(here("./config.capnp"), "utf8"));
  try {
    return {
      ...about,
      threads: 1,
      ms: null,
      result: (await problems(server.url)).join("; ") || "ok",
    };
  } finally {
    await server.stop();
  }
}
