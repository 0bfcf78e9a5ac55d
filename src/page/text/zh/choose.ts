export const choose = {
  heading: "选择：我该用哪一种？",
  lead: "一个一个回答问题。每个回答引出下一个问题，最后给出建议和理由。",
  number: {
    batch: "每个设备每步的样本数",
    deviceCount: "设备数",
  },
  together: (batch: number, devices: number) =>
    `${batch} × ${devices} = 合计 ${batch * devices} 个样本`,
  wrong: "请填 1 或更大的整数。",
  advice: "建议",
  but: "但是：",
  code: "代码",
  shown: "在哪里看得到",
  shownBy: {
    compare: "训练，与其他方法比较",
    layers: "观察它用哪些数",
    influence: "弄坏它：谁来承担？",
    "running-stats": "滑动统计量",
    transformer: "一个小 Transformer",
    padding: "序列中的填充",
    style: "风格迁移",
    gradients: "梯度随深度的变化",
  },
  back: "上一步",
  restart: "重新开始",
  tree: "整棵决策树",
  treeHint: "全部问题和全部建议，可以逐层展开。",
};
