/** Model files that ask for far more than they bring, by what they ask for. */
import type { Spec } from '@diffeo/core';
import { diagonalNormal, invert, normalMixture } from '@diffeo/core';
import { padImages, uniformDequantize } from '@diffeo/datasets';
import { affineCoupling, imageCoupling } from '@diffeo/layers-coupling';
import { standardise, whiten } from '@diffeo/layers-elementwise';
import { multiScale } from '@diffeo/layers-glow';
import { permute, reverse } from '@diffeo/layers-linear';

const bytesOf = (header: string): Uint8Array => {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
};
const file = (spec: string): Uint8Array => bytesOf(`{"__metadata__":{"diffeo":${JSON.stringify(spec)}}}`);

const times = (count: number, text: string): string => Array<string>(count).fill(text).join(',');
const json = (value: unknown): string => JSON.stringify(value);

/** A file of a flow, whose layers are given as text or as specs. */
function flowFile(
  eventShape: readonly number[],
  layers: string | readonly Spec<'layer'>[],
  more: object = {},
): Uint8Array {
  const listed = typeof layers === 'string' ? layers : layers.map(json).join(',');
  const rest = Object.entries(more).map(
    ([name, value]) => `,${json(name)}:${typeof value === 'string' ? value : json(value)}`,
  );
  return file(`{"eventShape":${json(eventShape)},"layers":[${listed}]${rest.join('')}}`);
}

const large = 2 ** 24;
/** The network that couplings have by default, of other widths. */
function mlp({ hidden }: { readonly hidden: readonly number[] }): Spec<'network'> {
  const { conditioner } = affineCoupling().config as { readonly conditioner: Spec<'network'> };
  return { ...conditioner, config: { ...conditioner.config, hidden } };
}
const coupling = (hidden = [4]) => affineCoupling({ conditioner: mlp({ hidden }) });
/** A coupling with the text of a configuration of its network. */
const couplingOf = (config: string): string =>
  json(coupling()).replace(json(mlp({ hidden: [4] }).config), () => config);
const padded = (side: number) => padImages({ to: [side, side], dequantizer: uniformDequantize({ bins: 17 }) });
const nested = (depth: number): Spec<'layer'> => {
  let layer: Spec<'layer'> = reverse();
  for (let i = 0; i < depth; i++) layer = invert({ layer });
  return layer;
};

export const bombs: Readonly<Record<string, () => Uint8Array>> = {
  'images of 8 × 8 padded to 16384²': () => flowFile([8, 8, 1], [coupling()], { dequantize: padded(16384) }),
  'images of 8 × 8 padded to 4096², and couplings': () =>
    flowFile([8, 8, 1], [coupling()], { dequantize: padded(4096) }),
  'forty couplings of 2^24 dimensions': () => flowFile([large], times(40, json(coupling()))),
  'couplings of a random mask in 2^24 dimensions': () =>
    flowFile([large], times(100, json(affineCoupling({ mask: { random: 3 } })))),
  'a hundred image couplings of 4096²': () =>
    flowFile([4096, 4096, 1], times(100, json(imageCoupling({ mask: 'checkerboard' })))),
  'a thousand permutations of 2^24': () =>
    flowFile([large], times(500, `${json(permute({ seed: 1 }))},${json(reverse())}`)),
  'a Gaussian of 2^24 dimensions': () => flowFile([large], '', { base: diagonalNormal() }),
  'a mixture of 65536 in 2^24 dimensions': () => flowFile([large], '', { base: normalMixture({ components: 65536 }) }),
  'a whitening of 2^24 dimensions, unstarted': () => flowFile([large], [standardise(), whiten()]),
  'sixty layers in each other': () => flowFile([2], [nested(20)]),
  'a hundred thousand lists in each other': () =>
    file(`{"eventShape":[2],"layers":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
  'a million layers': () => flowFile([2], times(1_000_000, json(reverse()))),
  'as many layers as there may be': () => flowFile([2], times(65_536, json(reverse()))),
  'as many couplings as there may be': () => flowFile([2], times(65_536 / 4, json(coupling()))),
  'a network of a million layers': () => flowFile([2], couplingOf(`{"hidden":[${times(1_000_000, '4')}]}`)),
  'a network of a million layers that are text': () =>
    flowFile([2], couplingOf(`{"hidden":[${times(1_000_000, '"a"')}]}`)),
  'a million options': () =>
    flowFile([2], couplingOf(`{${Array.from({ length: 1_000_000 }, (_, i) => `"o${i}":1`).join(',')}}`)),
  'networks 65536 wide': () => flowFile([large], [coupling(Array<number>(1000).fill(65536))]),
  'a type of 20 MB': () => flowFile([2], json({ ...reverse(), $type: 'x'.repeat(2e7) })),
  'a name of 20 MB': () => flowFile([2], json({ ...reverse(), config: { ['x'.repeat(2e7)]: 1 } })),
  'an event of a million axes': () => flowFile(Array<number>(1_000_000).fill(1), [reverse()]),
  'a hundred thousand scales': () =>
    flowFile(
      [large],
      json(multiScale({ levels: [{ layers: [] }] })).replace('{"layers":[]}', times(100_000, '{"layers":[]}')),
    ),
  'a million entries of a permutation, twice the same': () =>
    flowFile([1_000_000], json({ ...permute({ seed: 1 }), config: { permutation: Array<number>(1_000_000).fill(7) } })),
  'a million negative entries of a permutation': () =>
    flowFile(
      [1_000_000],
      json({ ...permute({ seed: 1 }), config: { permutation: Array<number>(1_000_000).fill(-7) } }),
    ),
  'one name for half a million tensors': () =>
    bytesOf(`{"__metadata__":{},${times(500_000, '"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}')}}`),
  'half a million tensors': () =>
    bytesOf(
      `{"__metadata__":{"diffeo":${json('{"eventShape":[2],"layers":[]}')}},${Array.from({ length: 500_000 }, (_, i) => `"t${i}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`).join(',')}}`,
    ),
  'tensors that overlap': () =>
    bytesOf(
      `{"__metadata__":{},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}`,
    ),
  'a tensor of 2^53 bytes': () =>
    bytesOf(`{"__metadata__":{},"a":{"dtype":"F32","shape":[${2 ** 51}],"data_offsets":[0,${2 ** 53}]}}`),
  'half a million metadata': () =>
    bytesOf(`{"__metadata__":{${Array.from({ length: 500_000 }, (_, i) => `"m${i}":"x"`).join(',')}}}`),
};
