// Nothing of Diffeo is imported here: only what its file holds and what the README of this package says is used.

export type Numbers = readonly number[];

interface Columns {
  readonly identityColumns: Numbers;
  readonly transformedColumns: Numbers;
}

interface Dense {
  readonly weight: Numbers;
  readonly bias: Numbers;
}

interface Layer extends Columns {
  readonly bound: number;
  readonly residual: boolean;
  readonly dense: readonly Dense[];
}

interface Header {
  readonly __metadata__: { readonly diffeo: string };
  readonly [name: string]: { readonly data_offsets?: readonly [number, number]; readonly diffeo?: string };
}

/** The layers of a file: eight bytes that say how long the header is, the header in JSON, float32 tensors. */
function read(bytes: Uint8Array, columns: readonly Columns[]): readonly Layer[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begin = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, begin))) as Header;
  const numbers = (name: string): Numbers | null => {
    const { data_offsets: offsets } = header[name] ?? {};
    if (!offsets) return null;
    const count = (offsets[1] - offsets[0]) / 4;
    return Array.from({ length: count }, (_, i) => view.getFloat32(begin + offsets[0] + 4 * i, true));
  };
  const { layers } = JSON.parse(header.__metadata__.diffeo);
  return columns.map((own, i) => {
    const { transform, conditioner } = layers[i].config;
    if (conditioner.config.activation !== 'tanh') throw new RangeError('only tanh is written down here');
    const dense: Dense[] = [];
    for (let k = 0; ; k++) {
      const [weight, bias] = ['weight', 'bias'].map((name) => numbers(`layers.${i}.network.${k}.${name}`));
      if (!weight || !bias) break;
      dense.push({ weight, bias });
    }
    return { ...own, dense, bound: transform.config.bound, residual: conditioner.config.residual };
  });
}

/** h·W + b, with tanh between the layers. */
const network = ({ dense, residual }: Layer, input: Numbers): Numbers =>
  dense.reduce((h, { weight, bias }, k) => {
    const z = bias.map((b, j) => h.reduce((sum, v, i) => sum + v * (weight[i * bias.length + j] as number), b));
    if (k === dense.length - 1) return z;
    return z.map((v, j) => Math.tanh(v) + (residual && h.length === z.length ? (h[j] as number) : 0));
  }, input);

/** One coupling of one row: the numbers and the log-determinant. */
function map(layer: Layer, x: Numbers, context: Numbers, direction: 'forward' | 'inverse') {
  const { identityColumns, transformedColumns, bound } = layer;
  const raw = network(layer, [...identityColumns.map((d) => x[d] as number), ...context]);
  const value = [...x];
  let logDet = 0;
  for (const [j, d] of transformedColumns.entries()) {
    const logScale = bound * Math.tanh((raw[j] as number) / bound);
    const shift = raw[transformedColumns.length + j] as number;
    const number = x[d] as number;
    value[d] = direction === 'forward' ? number * Math.exp(logScale) + shift : (number - shift) * Math.exp(-logScale);
    logDet += direction === 'forward' ? logScale : -logScale;
  }
  return { value, logDet };
}

/** A flow of affine couplings with tanh networks and a standard normal base, by its file and its couplings' columns. */
export function fileInFloat64(bytes: Uint8Array, columns: readonly Columns[]) {
  const layers = read(bytes, columns);
  return {
    logProb: (x: Numbers, context: Numbers): number => {
      let [z, total] = [x, 0];
      for (const layer of layers) {
        const { value, logDet } = map(layer, z, context, 'inverse');
        [z, total] = [value, total + logDet];
      }
      return total - z.reduce((sum, v) => sum + (v * v + Math.log(2 * Math.PI)) / 2, 0);
    },
    toData: (z: Numbers, context: Numbers): Numbers =>
      [...layers].reverse().reduce((value, layer) => map(layer, value, context, 'forward').value, z),
  };
}
