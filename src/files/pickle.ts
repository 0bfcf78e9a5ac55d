// A machine for Python's pickles, protocols 2 to 5 (Lib/pickletools.py describes them). It makes numbers, texts, lists
// and dictionaries. Nothing of a file is ever run: a name in it is looked up in a table of a few, and any other is
// refused.
import type { Cursor } from "./cursor.js";

/** What a name of a pickle makes of its arguments. */
export type Maker = (args: readonly unknown[], refuse: (problem: string) => never) => unknown;

export interface PickleNames {
  /**
   * What the name stands for: a `Name` that can be called, or a plain value. undefined for a name that is not allowed.
   */
  find(name: string): unknown;
  /** What stands outside of the pickle. */
  persistent(id: unknown, refuse: (problem: string) => never): unknown;
}

/** A name with what it makes. Only these are ever called. */
export class Name {
  constructor(
    readonly text: string,
    readonly make: Maker,
  ) {}
}

/** Reads one pickle. Dictionaries become Maps, tuples and lists arrays, integers beyond 2⁵³ bigints. */
export function readPickle(cursor: Cursor, names: PickleNames): unknown {
  const begin = cursor.at;
  const protocol = cursor.byte() === 0x80 ? cursor.byte() : 0;
  if (protocol < 2 || protocol > 5) cursor.refuse("expected a pickle of protocol 2 to 5", begin);

  let start = begin;
  const refuse = (problem: string): never => cursor.refuse(problem, start);
  const memo = new Map<number, unknown>();
  /** The stacks below the marks. */
  const below: unknown[][] = [];
  let stack: unknown[] = [];
  const push = (value: unknown) => {
    stack.push(value);
  };
  const last = (count: number): unknown[] => {
    if (stack.length < count) refuse("its stack is empty");
    return stack.splice(stack.length - count, count);
  };
  const pop = (): unknown => last(1)[0];
  const top = (): unknown => {
    push(pop());
    return stack[stack.length - 1];
  };
  /** What was put on the stack since the last mark. */
  const sinceMark = (): unknown[] => {
    const items = stack;
    const outer = below.pop();
    if (!outer) refuse("its stack has no mark");
    stack = outer as unknown[];
    return items;
  };
  const get = (key: number) => {
    if (!memo.has(key)) refuse(`nothing was remembered under ${key}`);
    push(memo.get(key));
  };
  const put = (key: number) => {
    memo.set(key, top());
  };
  /** What items go into. */
  const into = <T>(kind: new () => T): T => {
    const value = top();
    return value instanceof kind ? value : refuse(`expected a ${kind.name} on its stack`);
  };
  const append = (items: unknown[]) => {
    for (const item of items) into(Array).push(item);
  };
  const setItems = (items: unknown[]) => {
    if (items.length % 2) refuse("expected pairs");
    for (let i = 0; i < items.length; i += 2) into(Map).set(items[i], items[i + 1]);
  };
  const find = (name: string) => {
    const found = names.find(name);
    if (found === undefined) refuse(notAllowed(name));
    push(found);
  };
  // A file that is made to be read has the items of each call of its own, so that they are fewer than its bytes.
  let left = 2 ** 16 + cursor.left;
  const call = (args: unknown) => {
    const name = pop();
    if (!(name instanceof Name) || !Array.isArray(args))
      return refuse("expected a name and its arguments");
    for (const arg of args) left -= 1 + (arg instanceof Map ? arg.size : (arg?.length ?? 0));
    if (left < 0) refuse("its calls copy more than the file holds");
    push(name.make(args, (problem) => refuse(`${name.text}: ${problem}`)));
  };

  for (;;) {
    start = cursor.at;
    const code = cursor.byte();
    switch (code) {
      case 0x2e: // STOP
        return pop();
      case 0x95: // FRAME
        cursor.at += 8;
        break;
      case 0x28: // MARK
        below.push(stack);
        stack = [];
        break;
      case 0x30: // POP
        pop();
        break;
      case 0x31: // POP_MARK
        sinceMark();
        break;
      case 0x4e: // NONE
        push(null);
        break;
      case 0x88: // NEWTRUE
        push(true);
        break;
      case 0x89: // NEWFALSE
        push(false);
        break;
      case 0x4a: // BININT
        push(cursor.int32());
        break;
      case 0x4b: // BININT1
        push(cursor.byte());
        break;
      case 0x4d: // BININT2
        push(cursor.uint16());
        break;
      case 0x8a: // LONG1
        push(integer(cursor.take(cursor.byte())));
        break;
      case 0x47: // BINFLOAT
        push(cursor.bigEndianFloat64());
        break;
      case 0x58: // BINUNICODE
      case 0x54: // BINSTRING
        push(cursor.text(cursor.uint32()));
        break;
      case 0x8c: // SHORT_BINUNICODE
      case 0x55: // SHORT_BINSTRING
        push(cursor.text(cursor.byte()));
        break;
      case 0x8d: // BINUNICODE8
        push(cursor.text(cursor.uint64()));
        break;
      case 0x42: // BINBYTES
        push(cursor.take(cursor.uint32()).slice());
        break;
      case 0x43: // SHORT_BINBYTES
        push(cursor.take(cursor.byte()).slice());
        break;
      case 0x7d: // EMPTY_DICT
        push(new Map());
        break;
      case 0x73: // SETITEM
        setItems(last(2));
        break;
      case 0x75: // SETITEMS
        setItems(sinceMark());
        break;
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        push([]);
        break;
      case 0x74: // TUPLE
        push(sinceMark());
        break;
      case 0x61: // APPEND
        append(last(1));
        break;
      case 0x65: // APPENDS
        append(sinceMark());
        break;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        push(last(code - 0x84));
        break;
      case 0x8f: // EMPTY_SET
        push(new Set());
        break;
      case 0x90: // ADDITEMS
        for (const item of sinceMark()) into(Set).add(item);
        break;
      case 0x63: // GLOBAL
        find(`${cursor.line()}.${cursor.line()}`);
        break;
      case 0x93: {
        // STACK_GLOBAL
        const path = last(2);
        if (!path.every((part) => typeof part === "string")) refuse("expected a name of texts");
        find(path.join("."));
        break;
      }
      case 0x52: // REDUCE
      case 0x81: // NEWOBJ
        call(pop());
        break;
      case 0x62: // BUILD
        // An OrderedDict's attributes, such as a state dict's _metadata, hold no tensors.
        pop();
        into(Map);
        break;
      case 0x51: // BINPERSID
        push(names.persistent(pop(), refuse));
        break;
      case 0x71: // BINPUT
        put(cursor.byte());
        break;
      case 0x72: // LONG_BINPUT
        put(cursor.uint32());
        break;
      case 0x94: // MEMOIZE
        put(memo.size);
        break;
      case 0x68: // BINGET
        get(cursor.byte());
        break;
      case 0x6a: // LONG_BINGET
        get(cursor.uint32());
        break;
      default:
        refuse(`no pickle of tensors has the operation 0x${code.toString(16)}`);
    }
  }
}

const notAllowed = (name: string): string =>
  `${name.slice(0, 100)} is not among the names that tensors need, and nothing else is called; ` +
  "save the tensors alone: torch.save(model.state_dict(), path)";

/** An integer in two's complement, its lowest byte first. */
function integer(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (const byte of bytes.slice().reverse()) value = value * 256n + BigInt(byte);
  const signed = BigInt.asIntN(8 * bytes.length, value);
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
}
