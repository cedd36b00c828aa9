import type { Spec } from '@diffeo/core';
import { refuse } from '../file/refuse.ts';

/** The scale function of an `affine()` as an expression of Python, by the name of the function. */
const expressions: Readonly<
  Record<string, (of: { bound: number; offset: number; least: number; most: number | undefined }) => string>
> = {
  tanh: ({ bound }) => `torch.exp(${bound} * torch.tanh(a / ${bound}))`,
  atan: ({ bound }) => `torch.exp(${(2 * bound) / Math.PI} * torch.atan(a * ${Math.PI / (2 * bound)}))`,
  'soft-clip': ({ bound }) => `torch.exp(a / (1 + torch.abs(a / ${bound})))`,
  exp: () => 'torch.exp(a)',
  sigmoid: ({ offset, least }) => `torch.sigmoid(a + ${offset}) + ${least}`,
  'inverse-sigmoid': ({ offset }) => `1 / torch.sigmoid(a + ${offset})`,
  softplus: ({ offset, least, most }) => {
    const scale = `torch.nn.functional.softplus(a + ${offset}) + ${least}`;
    return most === undefined ? scale : `(${scale}).clamp(0, ${most})`;
  },
};

/** `lambda a: …`: what makes the scale of an `affine()`. */
export function affineScaleIn(path: string, { config }: Spec<'transform'>): string {
  const { scale = 'tanh', bound = 3, offset = 0, least = 1e-3, most } = config as Record<string, never>;
  const expression = expressions[scale];
  if (!expression) return refuse(path, `the scale function '${scale}' is not known here`);
  return `lambda a: ${expression({ bound, offset, least, most })}`;
}
