"""Hand-written eager PyTorch as a competitor of the images benchmark: a Glow as one writes it for speed.

Convolutions run on channels-last tensors, which oneDNN takes as they are (NCHW is slower here, and so are products in
place of 1×1 convolutions); activation normalisation is a part of the 1×1 convolution after it; the small matrices of all
steps of a level are made at once; parameters are views of one vector, on which Adam works in a few operations.
"""

import math

import torch
import torch.nn.functional as F
from competitor import Workload, read, serve


class Weights:
    """Takes the numbers of a file as parameters and as what is fixed, one after the other."""

    def __init__(self, numbers):
        self.numbers, self.at, self.parameters = numbers, 0, []

    def fixed(self, *shape):
        begin, self.at = self.at, self.at + math.prod(shape)
        return self.numbers[begin : self.at].reshape(shape)

    def parameter(self, *shape):
        self.parameters.append(self.fixed(*shape).clone().requires_grad_())
        return self.parameters[-1]

    def filter(self, size, inputs, outputs):
        """A filter, `[outputs, inputs, size, size]` with the channels of a pixel together."""
        filters = self.fixed(size, size, inputs, outputs).permute(3, 2, 0, 1)
        self.parameters.append(filters.clone(memory_format=torch.channels_last).requires_grad_())
        return self.parameters[-1]


class Adam:
    """Adam with clipping, on one vector of which all parameters become views, and their gradients of another."""

    def __init__(self, parameters, rate, clip_norm):
        size = sum(parameter.numel() for parameter in parameters)
        self.rate, self.clip_norm, self.steps = rate, clip_norm, 0
        self.vector, self.gradient, self.mean, self.squares = (torch.zeros(size) for _ in range(4))
        at = 0
        for parameter in parameters:
            view = self.vector.as_strided(parameter.shape, parameter.stride(), at)
            view.copy_(parameter.data)
            parameter.grad = self.gradient.as_strided(parameter.shape, parameter.stride(), at)
            parameter.data = view
            at += parameter.numel()

    def zero_grad(self, set_to_none):
        self.gradient.zero_()

    def step(self):
        self.steps += 1
        norm = self.gradient.norm().item()
        if norm > self.clip_norm:
            self.gradient.mul_(self.clip_norm / norm)
        self.mean.mul_(0.9).add_(self.gradient, alpha=0.1)
        self.squares.mul_(0.999).addcmul_(self.gradient, self.gradient, value=0.001)
        correction = math.sqrt(1 - 0.999**self.steps)
        rate = self.rate * correction / (1 - 0.9**self.steps)
        self.vector.addcdiv_(self.mean, self.squares.sqrt().add_(1e-8 * correction), value=-rate)


class Coupling:
    """An affine coupling of the halves of the channels, with a network of three convolutions."""

    def __init__(self, weights, channels, problem, swap):
        self.swap, self.bound = swap, problem["bound"]
        widths = [channels // 2, problem["width"], problem["width"], channels]
        self.convolutions = [
            (weights.filter(size, inputs, outputs), weights.parameter(outputs), size // 2)
            for size, inputs, outputs in zip([3, 1, 3], widths, widths[1:])
        ]

    def open(self, x):
        first, second = x.chunk(2, 1)
        kept, changed = (second, first) if self.swap else (first, second)
        h = kept
        for i, (filters, bias, border) in enumerate(self.convolutions):
            h = F.conv2d(h, filters, bias, padding=border)
            if i < 2:
                h = torch.relu_(h)
        raw, shift = h.chunk(2, 1)
        return kept, changed, self.bound * torch.tanh(raw / self.bound), shift

    def join(self, kept, changed):
        return torch.cat([changed, kept] if self.swap else [kept, changed], 1)

    def inverse(self, x):
        kept, changed, log_scale, shift = self.open(x)
        return self.join(kept, (changed - shift) * torch.exp(-log_scale)), -log_scale.sum((1, 2, 3))

    def forward(self, z):
        kept, changed, log_scale, shift = self.open(z)
        return self.join(kept, torch.addcmul(shift, changed, torch.exp(log_scale)))


class Level:
    """Steps of flow: activation normalisation, 1×1 convolution W = P·L·(U + D), coupling; a learned prior but at the last."""

    def __init__(self, weights, channels, problem, last):
        self.bound = problem["linearBound"]
        self.shifts, self.log_scales, self.factors, self.couplings = [], [], [], []
        permutations, signs = [], []
        for step in range(problem["steps"]):
            self.shifts.append(weights.parameter(channels))
            self.log_scales.append(weights.parameter(channels))
            permutations.append(weights.fixed(channels).long())
            signs.append(weights.fixed(channels))
            self.factors.append(weights.parameter(channels, channels))
            self.couplings.append(Coupling(weights, channels, problem, step % 2 == 1))
        self.prior = None if last else Coupling(weights, channels, problem, False)
        # Row i of L·U is row permutation[i] of W.
        self.rows = torch.stack(permutations).argsort(1)[:, :, None].expand(-1, -1, channels)
        self.signs, self.identity = torch.stack(signs), torch.eye(channels)

    def matrices(self):
        """Every W, `[steps, channels, channels]`, and the logarithms of its diagonal."""
        factors = torch.stack(self.factors)
        log_scale = self.bound * torch.tanh(factors.diagonal(dim1=1, dim2=2) / self.bound)
        lower = factors.tril(-1) + self.identity
        upper = factors.triu(1) + torch.diag_embed(self.signs * torch.exp(log_scale))
        return torch.gather(lower @ upper, 1, self.rows), log_scale

    def inverse(self, x):
        matrices, diagonal = self.matrices()
        log_scales = torch.stack(self.log_scales)
        filters = matrices * torch.exp(-log_scales)[:, None, :]
        biases = -(filters @ torch.stack(self.shifts)[:, :, None]).squeeze(2)
        log_det = x.shape[2] * x.shape[3] * (diagonal.sum() - log_scales.sum())
        for matrix, bias, coupling in zip(filters.unbind(), biases.unbind(), self.couplings):
            x, step = coupling.inverse(F.conv2d(x, matrix[:, :, None, None], bias))
            log_det = log_det + step
        if self.prior:
            x, step = self.prior.inverse(x)
            log_det = log_det + step
        return x, log_det

    def forward(self, z):
        inverses = torch.linalg.inv(self.matrices()[0].double()).float()
        filters = torch.exp(torch.stack(self.log_scales))[:, :, None] * inverses
        if self.prior:
            z = self.prior.forward(z)
        for matrix, bias, coupling in zip(reversed(filters.unbind()), reversed(self.shifts), reversed(self.couplings)):
            z = F.conv2d(coupling.forward(z), matrix[:, :, None, None], bias)
        return z


def squeeze(x):
    batch, channels, height, width = x.shape
    blocks = x.reshape(batch, channels, height // 2, 2, width // 2, 2).permute(0, 2, 4, 3, 5, 1)
    return blocks.reshape(batch, height // 2, width // 2, 4 * channels).permute(0, 3, 1, 2)


def unsqueeze(x):
    batch, channels, height, width = x.shape
    blocks = x.permute(0, 2, 3, 1).reshape(batch, height, width, 2, 2, channels // 4).permute(0, 1, 3, 2, 4, 5)
    return blocks.reshape(batch, 2 * height, 2 * width, channels // 4).permute(0, 3, 1, 2)


class Glow:
    """Tensors are `[batch, channels, height, width]` with the channels of a pixel together in memory."""

    def __init__(self, problem, weights):
        self.alpha, self.size = problem["alpha"], problem["side"] ** 2
        self.levels, self.latents = [], []
        channels, side = 1, problem["side"]
        for i in range(problem["levels"]):
            last = i == problem["levels"] - 1
            channels, side = 4 * channels, side // 2
            self.levels.append(Level(weights, channels, problem, last))
            split = channels if last else channels // 2
            self.latents.append((side, side, split))
            channels -= split

    def log_prob(self, x):
        """Of images `[batch, side, side, 1]` between 0 and 1."""
        slope = 1 - 2 * self.alpha
        log_s, log_rest = torch.log(slope * x + self.alpha), torch.log(slope * (1 - x) + self.alpha)
        log_det = self.size * math.log(slope) - (log_s + log_rest).sum((1, 2, 3))
        value, square = (log_s - log_rest).permute(0, 3, 1, 2), 0
        for level, (_, _, split) in zip(self.levels, self.latents):
            value, step = level.inverse(squeeze(value))
            log_det = log_det + step
            value, rest = value[:, :-split], value[:, -split:]
            square = square + rest.square().sum((1, 2, 3))
        return log_det - 0.5 * (square + self.size * math.log(2 * math.pi))

    def generate(self, latents):
        value = None
        for level, rest in zip(reversed(self.levels), reversed(latents)):
            rest = rest.permute(0, 3, 1, 2)
            value = unsqueeze(level.forward(rest if value is None else torch.cat([value, rest], 1)))
        end, slope = math.log(1 / self.alpha - 1), 1 - 2 * self.alpha
        inside = value.clamp(-end, end)
        beyond = (value - inside) * (self.alpha * (1 - self.alpha) / slope)
        return ((torch.sigmoid(inside) - self.alpha) / slope + beyond).permute(0, 2, 3, 1)

    def decode(self, z):
        """The images of points of the base, `[batch, side²]`."""
        parts = z.split([math.prod(shape) for shape in self.latents], 1)
        return self.generate([part.reshape(-1, *shape) for part, shape in zip(parts, self.latents)])

    def sample(self, count):
        return self.generate([torch.randn(count, *shape) for shape in self.latents])


def prepare(problem):
    weights = Weights(read(problem["weights"]))
    glow = Glow(problem, weights)
    optimiser = Adam(weights.parameters, problem["learningRate"], problem["clipNorm"])
    return Workload(problem, glow, optimiser, weights.parameters, [problem["side"], problem["side"], 1])


serve(prepare)
