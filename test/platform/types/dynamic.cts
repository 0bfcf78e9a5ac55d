// CommonJS of any age.
export const shape = import("evenkeel").then(({ ones }) => ones([2, 3]).shape);
