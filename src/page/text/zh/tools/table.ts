export const table = {
  heading: "全部方法",
  lead: "每种方法算什么，用哪些数来算。点名称即可在“观察”里打开它：指向一个数，就能看到哪些数与它共用统计量。",
  filters: { dependence: "是否依赖小批量", learns: "学习什么", pools: "在哪些轴上统计" },
  dependence: { any: "全部", no: "不依赖", "in training": "训练时依赖", always: "总是依赖" },
  learns: {
    any: "不限",
    nothing: "什么也不学",
    scale: "一个缩放",
    affine: "缩放和平移",
    more: "别的",
  },
  pools: {
    any: "不限",
    N: "样本 N",
    C: "通道 C",
    HW: "位置 H、W",
    none: "没有统计量",
    other: "权重或数据",
  },
  head: ["方法", "共用范围", "统计量", "学习", "小批量"],
  count: (shown: number, all: number) => `${all} 种方法中的 ${shown} 种`,
  none: "没有这样的方法。",
};
