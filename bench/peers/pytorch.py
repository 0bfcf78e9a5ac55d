"""PyTorch's side of torch.mjs: interprets programs, a line of JSON each way. Arrays travel as files of raw values."""

import json
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(int(sys.argv[1]))



def heads(x, count):
    """[B, T, count * d] as [B, count, T, d]."""
    return x.unflatten(-1, (count, -1)).transpose(1, 2)


def attention(options, *inputs):
    q, k, v = (heads(x, options["heads"]) for x in inputs)
    return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)


OPERATIONS = {
    "attention": attention,
    "layerNorm": lambda o, x, w, b: F.layer_norm(x, x.shape[-1:], w, b, o["eps"]),
    "rmsNorm": lambda o, x, w: F.rms_norm(x, x.shape[-1:], w, o["eps"]),
    "instanceNorm": lambda o, x, w=None, b=None: F.instance_norm(
        x, weight=w, bias=b, eps=o["eps"]
    ),
    "groupNorm": lambda o, x, w, b: F.group_norm(x, o["groups"], w, b, o["eps"]),
    "batchNorm": lambda o, x, w, b, mean, var: F.batch_norm(
        x, mean, var, w, b, o["training"], eps=o["eps"]
    ),
    "softmax": lambda o, x: F.softmax(x, -1),
    "matmul": lambda o, a, b: a @ b,
    "conv2d": lambda o, x, w, b=None: F.conv2d(x, w, b, o["stride"], o["padding"]),
    "convTranspose2d": lambda o, x, w, b: F.conv_transpose2d(
        x, w, b, o["stride"], o["padding"], o["outputPadding"]
    ),
    "relu": lambda o, x: F.relu(x),
    "tanh": lambda o, x: x.tanh(),
    "add": lambda o, a, b: a + b,
    "globalAvgPool": lambda o, x: x.mean((2, 3)),
    "linear": lambda o, x, w, b: F.linear(x, w, b),
    "crossEntropy": lambda o, x, targets: F.cross_entropy(x, targets.long()),
}


class Job:
    def __init__(self, program):
        self.program = program
        self.leaves = {}
        for name, leaf in program["leaves"].items():
            dtype = torch.int32 if leaf["integer"] else torch.float32
            count = leaf["count"]
            data = torch.from_file(leaf["file"], size=count, dtype=dtype).clone()
            self.leaves[name] = data.reshape(leaf["shape"])
        self.parameters = [self.leaves[name].requires_grad_() for name in program["gradients"]]
        rate = program["adam"]
        self.adam = torch.optim.Adam(self.parameters, lr=rate) if rate is not None else None

    def forward(self):
        values = dict(self.leaves)
        for step in self.program["steps"]:
            inputs = [values[name] for name in step["inputs"]]
            values[step["name"]] = OPERATIONS[step["op"]](step["options"], *inputs)
        return values[self.program["result"]]

    def run(self):
        if not self.parameters:
            with torch.no_grad():
                return [self.forward()]
        for parameter in self.parameters:
            parameter.grad = None
        result = self.forward()
        result.backward(self.leaves.get("dy"))
        gradients = [parameter.grad for parameter in self.parameters]
        if self.adam:
            self.adam.step()
        return [result.detach(), *gradients]


def main():
    print(json.dumps({"version": torch.__version__}), flush=True)
    job = None
    for line in sys.stdin:
        request = json.loads(line)
        answer = {}
        try:
            if "program" in request:
                job = Job(request["program"])
                sizes = []
                for i, output in enumerate(job.run()):
                    flat = output.contiguous().reshape(-1)
                    torch.from_file(f"{request['folder']}/out{i}", True, flat.numel()).copy_(flat)
                    sizes.append(flat.numel())
                answer["sizes"] = sizes
            else:
                start = time.perf_counter()
                for _ in range(request["calls"]):
                    job.run()
                answer["ms"] = (time.perf_counter() - start) * 1e3 / request["calls"]
        except Exception as error:
            answer["error"] = str(error)
        print(json.dumps(answer), flush=True)


main()
