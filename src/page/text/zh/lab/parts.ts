export const lab = {
  run: "运行",
  again: "再运行一次",
  pause: "暂停",
  resume: "继续",
  stop: "停止",
  failed: (why: string) => `出错：${why}`,
  tutorials: "教程怎么说",
  said: "教程说：",
  right: "其实：",
  rate: "学习率",
  step: "步",
  comma: "，",
};
