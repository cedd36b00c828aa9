const imports = `import torch
from nflows.distributions.normal import DiagonalNormal, StandardNormal
from nflows.flows import Flow
from nflows.nn.nets import ResidualNet
from nflows.transforms.autoregressive import (
    MaskedAffineAutoregressiveTransform,
    MaskedPiecewiseRationalQuadraticAutoregressiveTransform,
)
from nflows.transforms.base import CompositeTransform, InverseTransform
from nflows.transforms.coupling import (
    AdditiveCouplingTransform,
    AffineCouplingTransform,
    PiecewiseRationalQuadraticCouplingTransform,
)
from nflows.transforms.linear import NaiveLinear
from nflows.transforms.normalization import ActNorm
from nflows.transforms.permutations import Permutation
from nflows.transforms.standard import PointwiseAffineTransform
`;

/** A multilayer perceptron that couplings of nflows can call, which its own cannot. */
const perceptron = `
class Perceptron(torch.nn.Module):
    def __init__(self, inputs, outputs, hidden, activation, context=None):
        super().__init__()
        sizes = [inputs + (context or 0), *hidden, outputs]
        self.layers = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.activation = activation

    def forward(self, x, context=None):
        h = x if context is None else torch.cat((x, context), dim=1)
        for layer in self.layers[:-1]:
            h = self.activation(layer(h))
        return self.layers[-1](h)
`;

/** A module of Python that makes a flow of these transforms. */
export const pythonSource = (
  transforms: readonly string[],
  base: string,
  contexts: number,
): string => `# A flow of nflows:
#   from safetensors.torch import load_file
#   flow = build()
#   flow.load_state_dict(load_file('flow.safetensors'))
${imports}
${transforms.some((code) => code.includes('Perceptron(')) ? `${perceptron}\n` : ''}
def build():
    context = ${contexts > 0 ? contexts : 'None'}
    transforms = [
${transforms.map((code) => `        ${code},`).join('\n')}
    ]
    return Flow(CompositeTransform(transforms), ${base}).eval()
`;
