import { choice, range } from '../lib/controls.ts';
import { drawOnce } from '../lib/draw-once.ts';
import { widgetHtml } from '../lib/widget-html.ts';
import { initialGrid, paintGrid } from './paint.ts';

const { strength, stays, x, y } = initialGrid;

/** The grid before and after the coupling, and the figures of one cell. */
export const draw = async (): Promise<string> =>
  widgetHtml(
    [
      [{ name: 'before', drag: 'x:x y:y' }, { name: 'after' }],
      { name: 'figures', className: 'widget-figures' },
      { name: 'says' },
      'controls',
    ],
    [
      range({ name: 'strength', label: 'How much the coupling bends', min: 0, max: 2, step: 0.05, value: strength }),
      choice({
        name: 'stays',
        label: 'What stays',
        options: [
          ['first', 'the first number (across)'],
          ['second', 'the second number (up)'],
        ],
        value: stays,
      }),
      range({ name: 'x', label: 'Cell, across', min: -1.875, max: 1.875, step: 0.25, value: x }),
      range({ name: 'y', label: 'Cell, up', min: -1.875, max: 1.875, step: 0.25, value: y }),
    ],
    await drawOnce(paintGrid, initialGrid),
  );
