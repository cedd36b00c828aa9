"""Hand-written eager PyTorch as a competitor of the training benchmark."""

import math

import torch
from competitor import Workload, read, serve


class Flow:
    """A RealNVP of affine couplings over halves."""

    def __init__(self, problem, weights):
        self.dimensions = problem["dimensions"]
        self.half = self.dimensions // 2
        self.bound = problem["bound"]
        widths = [self.half, *problem["hidden"], self.dimensions]
        at = 0

        def parameter(*shape):
            nonlocal at
            begin, at = at, at + math.prod(shape)
            return weights[begin:at].clone().reshape(shape).requires_grad_()

        self.couplings = [
            [(parameter(inputs, outputs), parameter(outputs)) for inputs, outputs in zip(widths, widths[1:])]
            for _ in range(problem["layers"])
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

    def sample(self, count):
        return self.decode(torch.randn(count, self.dimensions))


def prepare(problem):
    flow = Flow(problem, read(problem["weights"]))
    optimiser = torch.optim.Adam(flow.parameters(), lr=problem["learningRate"])
    return Workload(problem, flow, optimiser, flow.parameters(), [problem["dimensions"]])


serve(prepare)
