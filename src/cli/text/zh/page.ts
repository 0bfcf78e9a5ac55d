export const page = {
  description: "启动网页：在浏览器里观察、弄坏、训练和选择归一化",
  port: (usual: number) => `端口；不给则用 ${usual} 或其后第一个空闲的端口`,
  host: "监听的主机名或地址",
  at: (address: string) => `网页在 ${address}zh/（英文版 ${address}）`,
  end: "按 Ctrl-C 结束。",
} as const;
