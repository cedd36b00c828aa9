import { textTable } from '../text-table.ts';
import type { ProductsResult } from './measure-products.ts';

/** The result for people. */
export const productsTable = ({ rows, peak }: ProductsResult): string => {
  const table = textTable(
    [
      { heading: 'product', align: 'left' },
      { heading: 'of', align: 'left' },
      { heading: 'GFLOP/s', align: 'right' },
      { heading: '% peak', align: 'right' },
      { heading: 'stock tfjs', align: 'right' },
    ],
    rows.map(({ size, transposeA, transposeB, ours, stock, shareOfPeak }) => [
      size,
      `${transposeA ? 'Aᵀ' : 'A'}·${transposeB ? 'Bᵀ' : 'B'}`,
      ours.toFixed(1),
      (100 * shareOfPeak).toFixed(0),
      stock.toFixed(1),
    ]),
  );
  return `${table}\n\n% peak is of ${peak.toFixed(1)} GFLOP/s, which WASM SIMD reaches on one core without loads and stores`;
};
