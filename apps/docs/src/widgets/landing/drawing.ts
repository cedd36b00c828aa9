import { toyDensities } from '@diffeo/datasets';
import { escapeHtml } from '../../build/escape-html.ts';
import { drawPoster } from './draw-poster.ts';
import { drawnCurve } from './loss-curve.ts';
import { couplingCounts, defaults, learningRates, stepCounts } from './settings.ts';
import { thumbnail } from './thumbnail.ts';

const labels: Readonly<Record<string, string>> = {
  'two-moons': 'Two moons',
  'eight-gaussians': 'Eight Gaussians',
  checkerboard: 'Checkerboard',
  rings: 'Rings',
  pinwheel: 'Pinwheel',
  'two-spirals': 'Two spirals',
  'swiss-roll': 'Swiss roll',
};

const icon = (path: string): string =>
  `<svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${path}</svg>`;

const option = (value: number, chosen: number): string =>
  `<option value="${value}"${value === chosen ? ' selected' : ''}>${value.toLocaleString('en')}</option>`;

const written = (nats: number | null): string => (nats === null ? 'unknown' : nats.toFixed(3));

/** The whole widget as it stands before anything runs: the picture of a flow that was trained while the site was built. */
export async function draw(): Promise<string> {
  const { svg, steps, losses, reference } = await drawPoster();
  const { entropy, gaussian, truth } = reference;
  const { path, y } = drawnCurve(losses, reference, steps);
  const last = losses.at(-1)?.loss ?? Number.NaN;
  const level = (name: string, value: number | null, className: string): string =>
    `<g data-level="${name}"${value === null ? ' hidden' : ` transform="translate(0 ${y(value).toFixed(1)})"`}><path d="M0 0H300" vector-effect="non-scaling-stroke" class="${className}" /></g>`;
  const choices = Object.entries(labels).map(
    ([name, label]) =>
      `<button type="button" data-density="${name}" aria-pressed="${name === 'two-moons'}" title="${escapeHtml(label)}"><span class="sr-only">${escapeHtml(label)}</span>${thumbnail(toyDensities[name]?.())}</button>`,
  );
  return `
<div class="landing-stage">
  <div class="landing-picture">
    ${svg}
    <canvas aria-label="The density that the flow has learnt, with data and samples" role="img" hidden></canvas>
    <p class="landing-hint" data-hint hidden></p>
    <button type="button" class="landing-start" data-start>${icon('<path d="M7 4.5v15l12-7.5z" fill="currentColor"/>')} Train it here</button>
  </div>
  <div class="landing-way">
    <label for="landing-way">Base</label>
    <input id="landing-way" type="range" min="0" max="1" step="0.002" value="1" data-way aria-label="From the base to data, through the layers" aria-valuetext="data" />
    <span aria-hidden="true">Data</span>
  </div>
  <p class="landing-legend">
    <label><input type="checkbox" data-show="data" checked /><i class="second"></i>data</label>
    <label><input type="checkbox" data-show="samples" checked /><i class="ink"></i>samples of the flow</label>
    <label><input type="checkbox" data-show="grid" /><i class="third"></i>grid of the base</label>
  </p>
</div>
<div class="landing-panel">
  <div class="landing-choices" role="group" aria-label="What to learn">
    ${choices.join('\n    ')}
    <button type="button" data-sketch aria-pressed="false">${icon('<path d="M4 20l1-4L16 5l3 3L8 19z"/>')} Draw</button>
    <button type="button" data-file>${icon('<path d="M12 16V4m0 0L7 9m5-5l5 5M4 16v4h16v-4"/>')} CSV</button>
    <input type="file" accept=".csv,.tsv,.txt,text/csv" data-file-input hidden aria-label="A CSV file" tabindex="-1" />
  </div>
  <form class="landing-columns" data-columns hidden></form>
  <div class="landing-controls" role="group" aria-label="Training">
    <button type="button" class="primary" data-toggle>${icon('<path class="play" d="M7 4.5v15l12-7.5z" fill="currentColor"/><path class="pause" d="M8 5v14M16 5v14" stroke-width="3"/>')}<span data-toggle-label>Train</span></button>
    <button type="button" data-step>Step</button>
    <button type="button" data-reset>Reset</button>
    <button type="button" data-share>Share</button>
  </div>
  <figure class="landing-curve">
    <figcaption>Loss in nats, on data that it has not seen</figcaption>
    <svg viewBox="0 0 300 110" preserveAspectRatio="none" aria-hidden="true">
      ${level('gaussian', gaussian, 'muted')}
      ${level('entropy', entropy, 'second')}
      <path data-curve d="${path}" vector-effect="non-scaling-stroke" class="first" />
    </svg>
    <p class="landing-levels"><span class="muted" data-level-text="gaussian">- - a Gaussian <b>${written(gaussian)}</b></span><span class="second" data-level-text="entropy">- - the best there is <b>${written(entropy)}</b></span></p>
  </figure>
  <dl class="landing-numbers">
    <div><dt>Step</dt><dd data-number="step">${steps.toLocaleString('en')}</dd></div>
    <div><dt>Loss</dt><dd data-number="loss">${written(last)}</dd></div>
    <div><dt>From the truth</dt><dd data-number="divergence">${truth === null ? 'unknown' : `${written(Math.max(0, last - truth))} nats`}</dd></div>
    <div><dt>On this machine</dt><dd data-number="speed">–</dd></div>
  </dl>
  <details class="landing-settings">
    <summary>Settings</summary>
    <div>
      <label>Layers <select data-setting="couplings">${couplingCounts.map((value) => option(value, defaults.couplings)).join('')}</select></label>
      <label>Learning rate <select data-setting="learningRate">${learningRates.map((value) => option(value, defaults.learningRate)).join('')}</select></label>
      <label>Steps <select data-setting="steps">${stepCounts.map((value) => option(value, defaults.steps)).join('')}</select></label>
      <label>Seed <input type="number" data-setting="seed" min="0" max="999999" step="1" value="${defaults.seed}" inputmode="numeric" /></label>
    </div>
  </details>
  <p class="landing-status" role="status" data-status></p>
</div>`;
}
