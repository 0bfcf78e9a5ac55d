/** The facts that timings depend on, as far as a page knows them. The page computes with one thread a worker. */
export const machineHere = () => ({
  cores: navigator.hardwareConcurrency,
  engine: navigator.userAgent,
  variant: "simd",
  threads: 1,
  shared: false,
});
