import { DiffeoError } from '@diffeo/core';
import type { NumberArray } from '../images/arrays/number-array.ts';
import { parseNpy } from '../images/arrays/parse-npy.ts';
import { parseNpz } from '../images/arrays/parse-npz.ts';
import { typedReader } from './collect-table.ts';
import { allBytes, beginsWith } from './reader.ts';

function* rowsOf(arrays: readonly NumberArray[], count: number): Generator<number[]> {
  for (let row = 0; row < count; row++) {
    yield arrays.flatMap(({ shape: [, width = 1], data }) => Array.from(data.subarray(row * width, (row + 1) * width)));
  }
}

const isTable = ({ shape }: NumberArray): boolean => shape.length === 1 || shape.length === 2;

/** NumPy's arrays of one or two axes: rows of numbers. */
export const npyReader = typedReader({
  name: 'npy',
  format: 'NPY',
  recognise: (head) => beginsWith(head, '\x93NUMPY'),
  async open(source) {
    const array = parseNpy(await allBytes(source), { source: source.name });
    if (!isTable(array)) {
      throw new DiffeoError(
        'FILE',
        `${source.name} is no table: its shape is [${array.shape.join(', ')}], and tables have one or two axes.`,
      );
    }
    const [count = 0, width = 1] = array.shape;
    const names = Array.from({ length: width }, () => '');
    return { names, batches: [rowsOf([array], count)] };
  },
});

/** NumPy's archives: the arrays of one or two axes that have as many rows as the first, side by side under their names. */
export const npzReader = typedReader({
  name: 'npz',
  format: 'NPZ',
  recognise: (head, name) =>
    beginsWith(head, 'PK\x03\x04') &&
    (/\.npz$/i.test(name) || new TextDecoder('latin1').decode(head.subarray(30, 120)).includes('.npy')),
  async open(source) {
    const arrays = [...(await parseNpz(await allBytes(source), { source: source.name }))].filter(([, array]) =>
      isTable(array),
    );
    const count = arrays[0]?.[1].shape[0] ?? 0;
    const together = arrays.filter(([, { shape }]) => shape[0] === count);
    if (together.length === 0) throw new DiffeoError('FILE', `${source.name} holds no array of one or two axes.`);
    const names = together.flatMap(
      ([
        name,
        {
          shape: [, width],
        },
      ]) => (width === undefined ? [name] : Array.from({ length: width }, (_, i) => `${name}.${i + 1}`)),
    );
    const numbers = together.map(([, array]) => array);
    return { names, batches: [rowsOf(numbers, count)] };
  },
});
