export const table = {
  heading: "All methods",
  lead:
    "What each one computes, and of which numbers. A name opens the method in See, where one can point at a " +
    "number and see which others share its statistic.",
  filters: { dependence: "Depends on the batch", learns: "Learned", pools: "Statistics over" },
  dependence: { any: "all", no: "no", "in training": "in training", always: "always" },
  learns: {
    any: "anything",
    nothing: "nothing",
    scale: "a scale",
    affine: "scale and shift",
    more: "something else",
  },
  pools: {
    any: "any axes",
    N: "samples N",
    C: "channels C",
    HW: "positions H, W",
    none: "no statistics",
    other: "weights or data",
  },
  head: ["Method", "Shared over", "Statistics", "Learned", "Batch"],
  count: (shown: number, all: number) => `${shown} of ${all} methods`,
  none: "No method is so.",
};
