"""Hand-written eager PyTorch with rational-quadratic splines (Durkan et al. 2019), written for speed."""

import math

import torch
import torch.nn.functional as F
from competitor import Workload, read, serve

LEAST = 1e-3
RAW_OF_SLOPE_ONE = math.log(math.expm1(1 - LEAST))


def spline(v, raw, bins, bound, solve):
    """Maps v [rows, size] by raw parameters [rows, size, 3 bins - 1]; solved for where it reaches v instead if asked."""
    inside = v.abs() <= bound
    clipped = v.clamp(-bound, bound)
    # Both softmaxes and both sums at once.
    shares = torch.softmax(raw[..., : 2 * bins].unflatten(-1, (2, bins)), -1)
    sizes = torch.add(2 * bound * LEAST, shares, alpha=2 * bound * (1 - LEAST * bins))
    knots = F.pad(torch.cumsum(sizes[..., :-1], -1), (1, 0)) - bound
    slopes = F.pad(F.softplus(raw[..., 2 * bins :] + RAW_OF_SLOPE_ONE) + LEAST, (1, 1), value=1.0)
    side = knots[..., 1 if solve else 0, 1:].detach()
    k = (clipped.unsqueeze(-1) >= side).sum(-1, keepdim=True)
    both = k.unsqueeze(-2).expand(*k.shape[:-1], 2, 1)
    (width, height) = sizes.gather(-1, both).squeeze(-1).unbind(-1)
    (x0, y0) = knots.gather(-1, both).squeeze(-1).unbind(-1)
    (d0, d1) = slopes.gather(-1, torch.cat([k, k + 1], -1)).unbind(-1)
    s = height / width
    e = d0 + d1 - 2 * s
    if solve:
        above = clipped - y0
        bent = above * e
        a = height * (s - d0) + bent
        b = height * d0 - bent
        c = -s * above
        t = 2 * c / (-b - torch.sqrt((b * b - 4 * a * c).clamp_min(0)))
    else:
        t = (clipped - x0) / width
    rest = 1 - t
    q = t * rest
    den = s + e * q
    log_slope = torch.log((s / den).square() * (d1 * t * t + 2 * s * q + d0 * rest * rest))
    value = x0 + t * width if solve else y0 + height * (s * t * t + d0 * q) / den
    if solve:
        log_slope = -log_slope
    return torch.where(inside, value, v), torch.where(inside, log_slope, 0.0).sum(1)


class Flow:
    """Spline couplings over halves."""

    spline = staticmethod(spline)

    def __init__(self, problem, weights):
        self.dimensions = problem["dimensions"]
        self.half = self.dimensions // 2
        self.bound, self.bins = problem["bound"], problem["bins"]
        widths = [self.half, *problem["hidden"], (3 * self.bins - 1) * self.half]
        at = 0

        def parameter(*shape):
            nonlocal at
            begin, at = at, at + math.prod(shape)
            values = weights[begin:at].clone().reshape(shape)
            # The last layer gives all parameters of one number, then of the next: ours are the other way around.
            if shape[-1] == widths[-1]:
                values = values.unflatten(-1, (-1, self.half)).transpose(-1, -2).flatten(-2).contiguous()
            return values.requires_grad_()

        self.couplings = [
            [(parameter(inputs, outputs), parameter(outputs)) for inputs, outputs in zip(widths, widths[1:])]
            for _ in range(problem["layers"])
        ]

    def parameters(self):
        return [tensor for layers in self.couplings for pair in layers for tensor in pair]

    def map(self, i, x, solve):
        first, second = x[:, : self.half], x[:, self.half :]
        kept, changed = (first, second) if i % 2 == 0 else (second, first)
        layers = self.couplings[i]
        h = kept
        for j, (weight, bias) in enumerate(layers):
            h = torch.addmm(bias, h, weight)
            if j < len(layers) - 1:
                h = torch.relu(h)
        value, log_det = self.spline(changed, h.view(len(x), self.half, -1), self.bins, self.bound, solve)
        return torch.cat([kept, value] if i % 2 == 0 else [value, kept], 1), log_det

    def log_prob(self, x):
        z, log_det = x, 0
        for i in range(len(self.couplings)):
            z, own = self.map(i, z, False)
            log_det = log_det + own
        return -0.5 * z.square().sum(1) - 0.5 * self.dimensions * math.log(2 * math.pi) + log_det

    def decode(self, z):
        x = z
        for i in reversed(range(len(self.couplings))):
            x, _ = self.map(i, x, True)
        return x

    def sample(self, count):
        return self.decode(torch.randn(count, self.dimensions))


def prepare(problem, flow_of=Flow):
    flow = flow_of(problem, read(problem["weights"]))
    optimiser = torch.optim.Adam(flow.parameters(), lr=problem["learningRate"])
    return Workload(problem, flow, optimiser, flow.parameters(), [problem["dimensions"]])


if __name__ == "__main__":
    serve(prepare)
