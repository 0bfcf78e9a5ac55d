export const train = {
  heading: "训练：相同的权重，相同的批次",
  lead: "按“运行”：您的浏览器用每种归一化把同一个网络训练一遍。",
};
