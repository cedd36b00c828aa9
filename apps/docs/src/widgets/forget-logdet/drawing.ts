import { button } from '../lib/controls.ts';
import { drawOnce } from '../lib/draw-once.ts';
import { widgetHtml } from '../lib/widget-html.ts';
import { initialForget, paintForget } from './paint.ts';

/** Two flows that were trained while the site was built, one of them without its logDet. */
export async function draw(): Promise<string> {
  const picture = await drawOnce(paintForget, initialForget);
  return widgetHtml(
    [
      [
        { name: 'with', className: 'run', heading: 'Trained with the logDet' },
        { name: 'without', className: 'run', heading: 'Trained without it' },
      ],
      { name: 'losses', className: 'losses' },
      { name: 'says' },
      'controls',
    ],
    [button('runs', 'Train both')],
    picture,
  );
}
