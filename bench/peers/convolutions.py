"""A convolution, or several with rectifiers between them, in PyTorch, as a competitor of the convolutions benchmark.

Tensors have the channels of a pixel together, which is what oneDNN is fastest with here.
"""

import math

import torch
import torch.nn.functional as F
from competitor import serve


class Convolutions:
    def __init__(self, problem):
        batch, side = problem["batch"], problem["side"]
        channels, kernels = problem["channels"], problem["kernels"]
        together = {"memory_format": torch.channels_last}
        self.filters = [
            (torch.randn(outputs, inputs, kernel, kernel) / (kernel * math.sqrt(inputs))).to(**together).requires_grad_()
            for kernel, inputs, outputs in zip(kernels, channels, channels[1:])
        ]
        self.biases = [torch.randn(outputs).requires_grad_() for outputs in channels[1:]]
        self.x = torch.randn(batch, channels[0], side, side).to(**together).requires_grad_()
        self.dy = torch.randn(batch, channels[-1], side, side).to(**together)

    def stack(self):
        h = self.x
        for i, (filter, bias) in enumerate(zip(self.filters, self.biases)):
            h = F.conv2d(h if i == 0 else h.relu(), filter, bias, padding=filter.shape[-1] // 2)
        return h

    @torch.no_grad()
    def forward(self):
        if len(self.filters) > 1:
            return self.stack()
        filter = self.filters[0]
        return F.conv2d(self.x, filter, padding=filter.shape[-1] // 2)

    @torch.no_grad()
    def gradient(self, wanted):
        filter = self.filters[0]
        border = [filter.shape[-1] // 2] * 2
        return torch.ops.aten.convolution_backward(
            self.dy, self.x, filter, None, [1, 1], border, [1, 1], False, [0, 0], 1, wanted
        )

    def input(self):
        self.gradient([True, False, False])

    def filter(self):
        self.gradient([False, True, False])

    def training(self):
        torch.autograd.grad(self.stack(), [self.x, *self.filters, *self.biases], self.dy)


serve(Convolutions)
