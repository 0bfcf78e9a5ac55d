export const train = {
  heading: "Train: the same weights, the same batches",
  lead: "Press Run: your browser trains the same network once for each norm.",
};
