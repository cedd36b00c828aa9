import { Im2colShape, lineBytes, nines, tapBytes, tapPanels, taps } from './im2col';

/**
 * A filter as `tapPanels` panels one after the other, of a line for each of its `inner` channels.
 *
 * @param filter the number of a tap, an inner channel and one of the grid's channels stands at
 *   `filter + tap·inner·channels·4 + inner·innerStep + channel·channelStep`
 */
export function packTapPanels(
  grid: usize,
  filter: usize,
  inner: usize,
  innerStep: usize,
  channelStep: usize,
  panels: usize,
): void {
  const g = changetype<Im2colShape>(grid);
  memory.fill(panels, 0, inner * lineBytes(g) * tapPanels(grid));
  moveTaps(g, filter, inner, innerStep, channelStep, panels, true);
}

/** The other way round: a filter of what `packTapPanels` would make of it. */
export function unpackTapPanels(
  grid: usize,
  panels: usize,
  inner: usize,
  innerStep: usize,
  channelStep: usize,
  filter: usize,
): void {
  moveTaps(changetype<Im2colShape>(grid), filter, inner, innerStep, channelStep, panels, false);
}

function moveTaps(
  g: Im2colShape,
  filter: usize,
  inner: usize,
  innerStep: usize,
  channelStep: usize,
  panels: usize,
  packs: bool,
): void {
  const tapStep: usize = inner * g.channels * 4;
  const step = tapBytes(g);
  const rowStep = lineBytes(g);
  const panelStep = inner * rowStep;
  for (let k: usize = 0; k < inner; k++) {
    for (let channel: usize = 0; channel < g.channels; channel++) {
      let panel = panels + k * rowStep + (channel >> 2) * nines(g) * panelStep + (channel & 3) * 4;
      let at = filter + k * innerStep + channel * channelStep;
      for (let nine: usize = 0; nine < taps(g); nine += 9) {
        const end = panel + step * min<usize>(9, taps(g) - nine);
        for (let to = panel; to < end; to += step) {
          if (packs) store<f32>(to, load<f32>(at));
          else store<f32>(at, load<f32>(to));
          at += tapStep;
        }
        panel += panelStep;
      }
    }
  }
}
