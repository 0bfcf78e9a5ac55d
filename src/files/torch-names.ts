// The names that the pickles of PyTorch's tensors need, after torch/_weights_only_unpickler.py.
import { ARRAYS, isElementType } from "../io/elements.js";
import { isLengths } from "../io/safetensors-header.js";
import { sizeOf } from "../shape.js";
import { type Maker, Name } from "./pickle.js";
import { endOf } from "./strided.js";

/** Numbers in the file, of one element type. */
export interface TorchStorage {
  key: string;
  /** An `ElementType`, or the name of what tensors cannot hold. */
  type: string;
  /** The number of elements. */
  size: number;
  /** Where it begins, in elements, if it is a part of the storage `key`. */
  begin: number;
}

/** A tensor of a file: a view of a storage. */
export class TorchView {
  constructor(
    readonly storage: TorchStorage,
    /** Of the elements in the storage. */
    readonly type: string,
    /** In elements, from the beginning of the storage. */
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

export class StorageType {
  constructor(readonly type: string) {}
}

/** The element types by their names in safetensors, and those of torch's storage classes. */
const storageTypes: Record<string, string> = {
  F64: "Double",
  F32: "Float",
  F16: "Half",
  BF16: "BFloat16",
  I64: "Long",
  I32: "Int",
  I16: "Short",
  I8: "Char",
  U8: "Byte",
  BOOL: "Bool",
  // read past, so that they do not stand in the way of others
  complex64: "ComplexFloat",
  complex128: "ComplexDouble",
};
/** The element type of a dtype of torch's, such as BF16 of "bfloat16". */
const typeOf = (dtype: string): string => {
  const type = dtype.replace(/^(b?f|u|i)(loat|int|nt)/, "$1").toUpperCase();
  return isElementType(type) ? type : dtype;
};

/** Bytes of the elements that tensors cannot hold. */
const otherWidths: Record<string, number> = { complex64: 8, complex128: 16 };
/** The bytes of an element; NaN if they are not known. */
export function widthOf(type: string): number {
  return isElementType(type) ? ARRAYS[type].BYTES_PER_ELEMENT : (otherWidths[type] ?? Number.NaN);
}

/** Any dtype may stand beside the tensors. */
const dtypes = /^(bool|(u?int|b?float|complex)\d{1,3}(_\w{1,20})?)$/;

const isStorage = (value: unknown): value is TorchStorage =>
  typeof (value as TorchStorage | null)?.key === "string";

/** _rebuild_tensor(storage, offset, shape, strides, …); of version 3 the seventh is the dtype. */
const rebuildTensor: Maker = ([storage, offset, shape, strides, , , dtype], refuse) => {
  if (!isStorage(storage) || !isLengths([offset]) || !isLengths(shape) || !isLengths(strides))
    return refuse("expected a storage, an offset, a shape and strides");
  if (shape.length !== strides.length) refuse("expected as many strides as lengths");
  if (!(sizeOf(shape) < 2 ** 31) || shape.length > 64)
    refuse("a tensor has fewer than 2³¹ elements and at most 64 axes");
  const type = typeof dtype === "string" ? typeOf(dtype) : storage.type;
  const end = endOf(offset as number, shape, strides);
  const room = storage.size * widthOf(storage.type);
  if (end * widthOf(type) > room)
    refuse(`a view that ends at element ${end} does not fit into a storage of ${room} bytes`);
  return new TorchView(storage, type, offset as number, shape, strides);
};

/** What is made of a tensor with something around it: the tensor. */
const firstTensor: Maker = ([view], refuse) =>
  view instanceof TorchView ? view : refuse("expected a tensor");

/** _rebuild_from_type_v2(function, class, arguments, attributes), for a tensor with attributes. */
const fromType: Maker = ([name, , args], refuse) =>
  name instanceof Name && name.make !== fromType && Array.isArray(args)
    ? name.make(args, refuse)
    : refuse("expected a name, a class and arguments");

const dictionary: Maker = ([pairs = []], refuse) => {
  if (pairs instanceof Map) return new Map(pairs);
  const isPair = (pair: unknown) => Array.isArray(pair) && pair.length === 2;
  return Array.isArray(pairs) && pairs.every(isPair) ? new Map(pairs) : refuse("expected pairs");
};

const list: Maker = ([items = []], refuse) =>
  Array.isArray(items) ? items : refuse("expected a list");

const makers: Record<string, Maker> = {
  "collections.OrderedDict": dictionary,
  "collections.Counter": dictionary,
  "torch._utils._rebuild_tensor": rebuildTensor,
  "torch._utils._rebuild_tensor_v2": rebuildTensor,
  "torch._utils._rebuild_tensor_v3": rebuildTensor,
  "torch._utils._rebuild_parameter": firstTensor,
  "torch._utils._rebuild_parameter_with_state": firstTensor,
  "torch._tensor._rebuild_from_type_v2": fromType,
  "torch.nn.parameter.Parameter": firstTensor,
  "torch.Tensor": firstTensor,
  "torch.Size": list,
  "torch.device": (parts) => parts.filter((part) => typeof part !== "object").join(":"),
  "builtins.set": (args, refuse) => new Set(list(args, refuse) as unknown[]),
};

const names = new Map<string, unknown>(
  Object.entries(makers).map(([name, make]) => [name, new Name(name, make)]),
);
for (const [type, name] of Object.entries(storageTypes))
  names.set(`torch.${name}Storage`, new StorageType(type));
names.set("torch.storage.UntypedStorage", new StorageType("U8"));

/** What a name in a pickle stands for; undefined if it is not allowed. */
export function findTorchName(name: string): unknown {
  const modern = name.replace(/^__builtin__\./, "builtins.");
  const dtype = /^torch\.(\w+)$/.exec(modern)?.[1] ?? "";
  if (dtypes.test(dtype)) return dtype;
  return names.get(modern);
}
