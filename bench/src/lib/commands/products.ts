import { defineCommand } from 'citty';
import { describeMachine } from '../machine.ts';
import { print } from '../print.ts';
import { measureProducts } from '../products/measure-products.ts';
import { productsTable } from '../products/products-table.ts';
import { say } from '../say.ts';
import { json } from './arguments.ts';
import { reported } from './reported.ts';

export const products = defineCommand({
  meta: {
    name: 'products',
    description: 'speed of matrix products in all transposes, beside the SIMD peak and stock tfjs',
  },
  args: { json },
  run: reported(async ({ args }) => {
    const result = await measureProducts();
    say(describeMachine(result.machine));
    print(result, args.json, productsTable);
  }),
});
