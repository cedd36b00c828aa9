import { readFile } from 'node:fs/promises';
import { button, choice, range } from '../lib/controls.ts';
import { drawOnce } from '../lib/draw-once.ts';
import type { Painter } from '../lib/picture.ts';
import { widgetHtml } from '../lib/widget-html.ts';
import { attributes, type DigitsState, initialDigits, paintDigits } from './paint.ts';

/** What a small Glow has learned of handwritten digits. */
export async function draw(): Promise<string> {
  const bytes = await readFile(new URL('./digits.safetensors', import.meta.url));
  const paint: Painter<DigitsState> = (state, show, signal) => paintDigits(bytes)(state, show, signal);
  return widgetHtml(
    [{ name: 'samples' }, { name: 'hand' }, { name: 'way' }, { name: 'attribute' }, { name: 'says' }, 'controls'],
    [
      range({ name: 'digit', label: 'Which digit', min: 0, max: 9, step: 1, value: initialDigits.digit }),
      range({
        name: 'temperature',
        label: 'Temperature',
        min: 0,
        max: 1.2,
        step: 0.05,
        value: initialDigits.temperature,
      }),
      choice({ name: 'attribute', label: 'Attribute', options: attributes, value: initialDigits.attribute }),
      button('seed', 'Draw others'),
    ],
    await drawOnce(paint, initialDigits),
  );
}
