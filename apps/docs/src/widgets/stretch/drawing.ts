import { range } from '../lib/controls.ts';
import { drawOnce } from '../lib/draw-once.ts';
import { widgetHtml } from '../lib/widget-html.ts';
import { initialStretch, paintStretch } from './paint.ts';
import { handles, sliceCount } from './stretch.ts';

const names = ['left', 'middle', 'right'] as const;
const { slice } = initialStretch;

/** A monotone map of the line, and the densities on both sides of it. */
export const draw = async (): Promise<string> =>
  widgetHtml(
    [
      [
        { name: 'data' },
        { name: 'map', drag: handles.map((at, i) => `at:${at}:${names[i]}`).join(' ') },
        { name: 'figures', className: 'widget-figures' },
        { name: 'base' },
      ],
      { name: 'says' },
      'controls',
    ],
    [
      ...names.map((name, i) =>
        range({
          name,
          label: `Where ${handles[i]?.toString().replace('-', '−')} goes`,
          min: -2.8,
          max: 2.8,
          step: 0.05,
          value: initialStretch[name],
        }),
      ),
      range({ name: 'slice', label: 'Slice', min: 1, max: sliceCount, step: 1, value: slice }),
    ],
    await drawOnce(paintStretch, initialStretch),
  );
