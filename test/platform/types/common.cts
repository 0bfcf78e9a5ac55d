// CommonJS, by require: TypeScript allows it where Node does, under nodenext.
import evenkeel = require("evenkeel");

export const shape: readonly number[] = evenkeel.ones([2, 3]).shape;
