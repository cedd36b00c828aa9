import type { Picture } from './picture.ts';

/** A slot of a widget: its name, and what holds it. */
export interface Slot {
  readonly name: string;
  /** Which controls the pointer sets in the slot's first plot, as `dragIn` reads it. */
  readonly drag?: string;
  readonly className?: string;
  /** Stands above it. */
  readonly heading?: string;
}

/**
 * A widget as it stands in the page before any script runs: its slots filled, and the controls where the slots say `controls`, which the
 * element shows when it can serve them. A slot called `says` is a sentence that is read aloud when it changes.
 */
export const widgetHtml = (
  slots: readonly (Slot | readonly Slot[] | 'controls')[],
  controls: readonly string[],
  picture: Picture,
): string => {
  const html = ({ name, drag, className = '', heading }: Slot): string => {
    const content = picture[name] ?? '';
    if (name === 'says') return `<p class="widget-says" data-slot="says" role="status">${content}</p>`;
    const axes = drag ? ` data-drag="${drag}"` : '';
    const slot = `<div class="widget-slot ${className}" data-slot="${name}"${axes}>${content}</div>`;
    return heading ? `<div><p class="widget-heading">${heading}</p>${slot}</div>` : slot;
  };
  const form = `<form class="widget-controls" hidden>${controls.join('')}</form>`;
  const row = (slot: Slot | readonly Slot[] | 'controls'): string => {
    if (slot === 'controls') return form;
    return 'name' in slot ? html(slot) : `<div class="widget-row">${slot.map(html).join('')}</div>`;
  };
  return slots.map(row).join('\n');
};
