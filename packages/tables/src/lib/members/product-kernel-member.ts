import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { behindFront, hostRows, type StartRows } from '../flows/front.ts';
import { fitProductKernels } from '../kernels/fit-product-kernels.ts';
import { productKernels } from '../kernels/product-kernels.ts';
import type { Member, MemberKind } from './member-kind.ts';

/**
 * A density of product kernels at all rows: it knows what is near to a row that was seen in some columns, has its very value in others, and is free in the rest. Rounded columns, repeated settings and rows that come again are of this kind.
 */
export function productKernelMember(): MemberKind {
  const fitted = async (table: StartRows): Promise<Member> => {
    const started = await table.front('standardised');
    const rows = await hostRows(started, table);
    const { count, size } = rows;
    const { widths, logWeights } = fitProductKernels(rows);
    const sets = logWeights.length;
    return behindFront(started, size, {
      base: productKernels({ kernels: count, sets }),
      params: {
        layers: [],
        base: {
          centres: tensor2d(Float32Array.from(rows.values), [count, size]),
          logWidths: tensor2d(Float32Array.from(widths, Math.log), [sets, size]),
          logits: tensor1d(Float32Array.from(logWeights)),
        },
      },
    });
  };
  return {
    name: 'product kernels',
    fit: async ({ train }) => {
      const member = await fitted(train);
      return [{ setting: '', stopScore: 0, build: () => member }];
    },
    refit: fitted,
  };
}
