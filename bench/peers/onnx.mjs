// Programs as ONNX models: the operations, and a protobuf writer with only the parts that they need. Field numbers are
// those of onnx.proto.
import { interpret } from "./interpret.mjs";

const FLOAT = 1;
const OPSET = 23;

function varint(value) {
  const bytes = [];
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    if (rest < 128n) return Uint8Array.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 127n) | 128);
  }
}
const integer = (field, value) => [varint(8 * field), varint(value)];
const float = (field, value) => [
  varint(8 * field + 5),
  new Uint8Array(Float32Array.of(value).buffer),
];
/** A string, bytes, or a message given by its parts. */
function block(field, content) {
  const bytes = Array.isArray(content) ? join(content) : content;
  const own = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  return [varint(8 * field + 2), varint(own.length), own];
}
function join(parts) {
  const flat = parts.flat(Number.POSITIVE_INFINITY);
  const out = new Uint8Array(flat.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of flat) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const attribute = ([name, value]) =>
  block(5, [
    block(1, name),
    ...(Array.isArray(value)
      ? [value.map((each) => integer(8, each)), integer(20, 7)]
      : name === "epsilon"
        ? [float(2, value), integer(20, 1)]
        : [integer(3, value), integer(20, 2)]),
  ]);
const tensor = (name, shape, data) =>
  block(5, [
    shape.map((length) => integer(1, length)),
    integer(2, data instanceof BigInt64Array ? 7 : FLOAT),
    block(8, name),
    block(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);
function value(field, name, shape) {
  const dims = shape && block(2, [shape.map((length) => block(1, integer(1, length)))]);
  return block(field, [block(1, name), block(2, block(1, [integer(1, FLOAT), dims ?? []]))]);
}

/** A graph under construction. Values are the names of its edges. */
class Graph {
  nodes = [];
  initializers = [];
  #names = 0;

  add(type, inputs, attributes = {}) {
    const output = `v${this.#names++}`;
    this.nodes.push(
      block(1, [
        inputs.map((input) => block(1, input)),
        block(2, output),
        block(4, type),
        Object.entries(attributes).map(attribute),
      ]),
    );
    return output;
  }

  constant(shape, data) {
    const name = `c${this.#names++}`;
    this.initializers.push(tensor(name, shape, data));
    return name;
  }
}

const operations = (graph) => ({
  layerNorm: ({ eps }, ...inputs) =>
    graph.add("LayerNormalization", inputs, { axis: -1, epsilon: eps }),
  rmsNorm: ({ eps }, ...inputs) =>
    graph.add("RMSNormalization", inputs, { axis: -1, epsilon: eps }),
  instanceNorm({ eps, channels }, x, weight, bias) {
    const constant = (value) => graph.constant([channels], new Float32Array(channels).fill(value));
    const affine = weight ? [weight, bias] : [constant(1), constant(0)];
    return graph.add("InstanceNormalization", [x, ...affine], { epsilon: eps });
  },
  /**
   * The form that PyTorch exports. It is faster than GroupNormalization, which onnxruntime runs as many small
   * operations.
   */
  groupNorm({ groups, eps }, x, weight, bias) {
    const shape = (...lengths) =>
      graph.constant([lengths.length], BigInt64Array.from(lengths, BigInt));
    const constant = (value) => graph.constant([groups], new Float32Array(groups).fill(value));
    const rows = graph.add("Reshape", [x, shape(0, groups, -1)]);
    const inputs = [rows, constant(1), constant(0)];
    const normed = graph.add("InstanceNormalization", inputs, { epsilon: eps });
    const perChannel = (vector) => graph.add("Reshape", [vector, shape(-1, 1, 1)]);
    const y = graph.add("Reshape", [normed, graph.add("Shape", [x])]);
    return graph.add("Add", [graph.add("Mul", [y, perChannel(weight)]), perChannel(bias)]);
  },
  batchNorm({ training, eps }, ...inputs) {
    if (training) throw new Error("its batch norm has no training mode");
    return graph.add("BatchNormalization", inputs, { epsilon: eps });
  },
  softmax: (_, x) => graph.add("Softmax", [x], { axis: -1 }),
  matmul: (_, a, b) => graph.add("MatMul", [a, b]),
  relu: (_, x) => graph.add("Relu", [x]),
  add: (_, a, b) => graph.add("Add", [a, b]),
  conv2d: ({ stride, padding }, ...inputs) =>
    graph.add("Conv", inputs, {
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
    }),
  globalAvgPool: (_, x) => graph.add("Flatten", [graph.add("GlobalAveragePool", [x])], { axis: 1 }),
  linear(_, x, weight, bias) {
    const product = graph.add("MatMul", [x, graph.add("Transpose", [weight], { perm: [1, 0] })]);
    return graph.add("Add", [product, bias]);
  },
  convTranspose2d: ({ stride, padding, outputPadding }, ...inputs) =>
    graph.add("ConvTranspose", inputs, {
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
      output_padding: [outputPadding, outputPadding],
    }),
  attention: ({ heads }, ...inputs) =>
    graph.add("Attention", inputs, { q_num_heads: heads, kv_num_heads: heads }),
  tanh: (_, x) => graph.add("Tanh", [x]),
});

/**
 * Leaves that change from call to call: the input of the first operation, or both inputs of a matrix product. The rest
 * are constants.
 */
export function inputsOf({ steps }) {
  const [{ op, inputs }] = steps;
  return op === "matmul" ? inputs : inputs.slice(0, 1);
}

/**
 * True if the result can be the input of the same operation again. Norms are left out: in a chain they would work in
 * place.
 */
function chains({ steps, leaves }) {
  const [{ op, inputs, options }] = steps;
  const [first, second] = inputs.map((name) => leaves[name].shape);
  if (op === "matmul") return second[0] === second[1];
  if (op === "conv2d") return options.stride === 1 && first[1] === second[0];
  return op === "softmax";
}

/**
 * The model of a program. `copies` is for a program of one operation. The model then has that many copies, in a chain
 * or side by side. Copies side by side have their own weights, and one element of each result is used. So no copy is
 * merged or left out, and any number of copies gives the same few bytes to JavaScript.
 */
export function toModel(program, copies = null) {
  const graph = new Graph();
  const { leaves, result, gradients } = program;
  if (gradients.length > 0) throw new Error("no gradients");
  const inputs = inputsOf(program);
  const constants = () =>
    Object.fromEntries(
      Object.entries(leaves)
        .filter(([name]) => !inputs.includes(name))
        .map(([name, { shape, data }]) => [name, graph.constant(shape, data)]),
    );
  const once = (first) => {
    const given = Object.fromEntries(inputs.map((name) => [name, name]));
    const start = { ...given, [inputs[0]]: first };
    return interpret(program, operations(graph), { ...start, ...constants() });
  };
  let output = "";
  if (copies === null || chains(program)) {
    output = inputs[0];
    for (let i = 0; i < (copies ?? 1); i++) output = once(output);
  } else {
    const rank = leaves[inputs[0]].shape.length;
    const corner = [0, 1].map((at) =>
      graph.constant([rank], new BigInt64Array(rank).fill(BigInt(at))),
    );
    const parts = Array.from({ length: copies }, () =>
      graph.add("Slice", [once(inputs[0]), ...corner]),
    );
    output = graph.add("Sum", parts);
  }
  const model = join([
    integer(1, 10),
    block(7, [
      graph.nodes,
      block(2, result),
      graph.initializers,
      inputs.map((name) => value(11, name, leaves[name].shape)),
      value(12, output),
    ]),
    block(8, [block(1, ""), integer(2, OPSET)]),
  ]);
  return { model, output };
}
