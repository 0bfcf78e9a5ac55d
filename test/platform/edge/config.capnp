# The Worker of this folder for workerd itself, bundled by
#   esbuild worker.js --bundle --format=esm --conditions=workerd --loader:.wasm=copy --asset-names=[name] --outdir=out
# (wrangler needs none of this: it bundles worker.js by itself).
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  compatibilityDate = "2026-01-01",
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "simd.wasm", wasm = embed "simd.wasm"),
    (name = "relaxed.wasm", wasm = embed "relaxed.wasm"),
  ],
);
