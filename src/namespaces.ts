// All layers in one object, all optimisers in another. The build writes these as plain objects (.build/bundle.mjs).
export * as nn from "./nn/index.js";
export * as optim from "./optim/index.js";
