export const breakIt = {
  heading: "弄坏它：谁来承担？",
  lead: "一个数出错，谁的输出会变？",
};
