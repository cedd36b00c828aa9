"""Hand-written eager PyTorch as a contestant of the training benchmark, on as many threads as
OMP_NUM_THREADS says.

The exercise is the first argument, as JSON; requests come on stdin and answers go to stdout, a line of JSON each.
src/lib/training/workload.ts says what they are.
"""

import json
import math
import os
import resource
import sys
import time

import numpy
import torch

CHECK_STEPS = 5


class Flow:
    """A RealNVP of affine couplings over halves."""

    def __init__(self, exercise, weights):
        self.dimensions = exercise["dimensions"]
        self.half = self.dimensions // 2
        self.bound = exercise["bound"]
        widths = [self.half, *exercise["hidden"], self.dimensions]
        at = 0

        def parameter(*shape):
            nonlocal at
            begin, at = at, at + math.prod(shape)
            return weights[begin:at].clone().reshape(shape).requires_grad_()

        self.couplings = [
            [(parameter(inputs, outputs), parameter(outputs)) for inputs, outputs in zip(widths, widths[1:])]
            for _ in range(exercise["layers"])
        ]

    def parameters(self):
        return [tensor for layers in self.couplings for pair in layers for tensor in pair]

    def open(self, i, x):
        first, second = x[:, : self.half], x[:, self.half :]
        kept, changed = (first, second) if i % 2 == 0 else (second, first)
        layers = self.couplings[i]
        h = kept
        for j, (weight, bias) in enumerate(layers):
            h = torch.addmm(bias, h, weight)
            if j < len(layers) - 1:
                h = torch.relu(h)
        log_scale = self.bound * torch.tanh(h[:, : self.half] / self.bound)
        return kept, changed, log_scale, h[:, self.half :]

    @staticmethod
    def join(i, kept, changed):
        return torch.cat([kept, changed] if i % 2 == 0 else [changed, kept], 1)

    def log_prob(self, x):
        z, log_det = x, 0
        for i in range(len(self.couplings)):
            kept, changed, log_scale, shift = self.open(i, z)
            z = self.join(i, kept, (changed - shift) * torch.exp(-log_scale))
            log_det = log_det - log_scale.sum(1)
        return -0.5 * z.square().sum(1) - 0.5 * self.dimensions * math.log(2 * math.pi) + log_det

    def decode(self, z):
        x = z
        for i in reversed(range(len(self.couplings))):
            kept, changed, log_scale, shift = self.open(i, x)
            x = self.join(i, kept, changed * torch.exp(log_scale) + shift)
        return x


def read(path):
    return torch.from_numpy(numpy.fromfile(path, dtype="<f4"))


class Workload:
    def __init__(self, exercise):
        self.batch, self.rows = exercise["batch"], exercise["rows"]
        self.data = read(exercise["data"]).reshape(self.rows, exercise["dimensions"])
        self.first_batch = self.data[: self.batch].clone()
        self.model = Flow(exercise, read(exercise["weights"]))
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=exercise["learningRate"])

    def descend(self, x):
        self.optimiser.zero_grad(set_to_none=True)
        loss = -self.model.log_prob(x).mean()
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def training(self):
        self.descend(self.data[torch.randperm(self.rows)[: self.batch]])

    @torch.no_grad()
    def logProb(self):
        self.model.log_prob(self.first_batch).numpy()

    @torch.no_grad()
    def sample(self):
        self.model.decode(torch.randn(self.batch, self.model.dimensions)).numpy()

    def check(self):
        with torch.no_grad():
            decoded = self.model.decode(self.first_batch).square().mean().item()
        losses = [self.descend(self.first_batch)]
        norm = math.sqrt(sum(p.grad.square().sum().item() for p in self.model.parameters()))
        losses += [self.descend(self.first_batch) for _ in range(CHECK_STEPS)]
        return {"loss": losses[0], "gradientNorm": norm, "lossAfter": losses[CHECK_STEPS], "decoded": decoded}


def milliseconds(f):
    began = time.perf_counter()
    f()
    return 1000 * (time.perf_counter() - began)


def main():
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    workload = Workload(json.loads(sys.argv[1]))
    for line in sys.stdin:
        request = json.loads(line)
        if "check" in request:
            answer = workload.check()
        elif "memory" in request:
            answer = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        else:
            f = getattr(workload, request["mode"])
            answer = [milliseconds(f) for _ in range(request["steps"])]
        print(json.dumps(answer), flush=True)


main()
