"""A hand-written masked autoregressive flow (Papamakarios et al. 2017) in eager PyTorch: densities in one pass, samples in D."""

import math

import torch
from competitor import Workload, read, serve


def masks(dimensions, hidden, reverse):
    """MADE's masks [inputs, outputs], hidden degrees evenly: the same as ours."""
    places = torch.arange(dimensions)
    if reverse:
        places = places.flip(0)
    degrees, found = places, []
    for width in hidden:
        classes = max(1, dimensions - 1)
        to = torch.arange(width) * classes // width
        found.append((degrees[:, None] <= to[None, :]).float())
        degrees = to
    return [*found, (degrees[:, None] < places.repeat(2)[None, :]).float()]


class Flow:
    """Affine autoregressive layers in alternate sequences."""

    def __init__(self, problem, weights):
        self.dimensions, self.bound = problem["dimensions"], problem["bound"]
        widths = [self.dimensions, *problem["hidden"], 2 * self.dimensions]
        at = 0

        def parameter(*shape):
            nonlocal at
            begin, at = at, at + math.prod(shape)
            return weights[begin:at].clone().reshape(shape).requires_grad_()

        self.layers = [
            [(parameter(inputs, outputs), parameter(outputs)) for inputs, outputs in zip(widths, widths[1:])]
            for _ in range(problem["layers"])
        ]
        self.masks = [masks(self.dimensions, problem["hidden"], i % 2 == 1) for i in range(problem["layers"])]

    def parameters(self):
        return [tensor for layers in self.layers for pair in layers for tensor in pair]

    def open(self, i, x):
        h = x
        for j, ((weight, bias), mask) in enumerate(zip(self.layers[i], self.masks[i])):
            h = torch.addmm(bias, h, weight * mask)
            if j < len(self.layers[i]) - 1:
                h = torch.relu(h)
        raw, shift = h.chunk(2, 1)
        return self.bound * torch.tanh(raw / self.bound), shift

    def log_prob(self, x):
        z, log_det = x, 0
        for i in range(len(self.layers)):
            log_scale, shift = self.open(i, z)
            z = (z - shift) * torch.exp(-log_scale)
            log_det = log_det - log_scale.sum(1)
        return -0.5 * z.square().sum(1) - 0.5 * self.dimensions * math.log(2 * math.pi) + log_det

    def decode(self, z):
        x = z
        for i in reversed(range(len(self.layers))):
            known = torch.zeros_like(x)
            for place in range(self.dimensions):
                d = self.dimensions - 1 - place if i % 2 == 1 else place
                log_scale, shift = self.open(i, known)
                known[:, d] = x[:, d] * torch.exp(log_scale[:, d]) + shift[:, d]
            x = known
        return x

    def sample(self, count):
        return self.decode(torch.randn(count, self.dimensions))


def prepare(problem):
    flow = Flow(problem, read(problem["weights"]))
    optimiser = torch.optim.Adam(flow.parameters(), lr=problem["learningRate"])
    return Workload(problem, flow, optimiser, flow.parameters(), [problem["dimensions"]])


serve(prepare)
