import { readFile } from 'node:fs/promises';
import { useWasm } from '@diffeo/trainer';
import { range } from '../lib/controls.ts';
import { drawOnce } from '../lib/draw-once.ts';
import { widgetHtml } from '../lib/widget-html.ts';
import { initialPoint, paintPoint } from './paint.ts';

/** A point, its way through the layers, and the sum that is its log-likelihood. */
export async function draw(): Promise<string> {
  await useWasm();
  const paint = paintPoint(await readFile(new URL('./moons.safetensors', import.meta.url)));
  return widgetHtml(
    [
      [{ name: 'density', drag: 'x:x y:y' }, { name: 'table' }],
      { name: 'says' },
      'controls',
      { name: 'panels', className: 'panels' },
    ],
    [
      range({ name: 'x', label: 'The point, across', min: -1.75, max: 2.75, step: 0.05, value: initialPoint.x }),
      range({ name: 'y', label: 'The point, up', min: -2, max: 2.5, step: 0.05, value: initialPoint.y }),
    ],
    await drawOnce(paint, initialPoint),
  );
}
