import { lossChart, pageTheme } from '@diffeo/charts';
import type { Column } from '@diffeo/datasets';
import { densityName } from '../../model/density-name.ts';
import { cellText, rawText, shortNumber } from '../facts/cell-text.ts';
import type { ReportFacts, ReportRows } from '../facts/report-facts.ts';
import { coveragePicture, transformsPicture } from '../pictures/calibration-picture.ts';
import { comparisonPicture } from '../pictures/comparison-picture.ts';
import { marginPicture, scoresPicture } from '../pictures/margin-picture.ts';
import { dependentPairs, pairPicture, sharedRanges } from '../pictures/pair-picture.ts';
import { escapeHtml, figure, htmlTable, section } from './html.ts';
import { probability, significance } from './verdicts.ts';

const theme = pageTheme;
const small = { width: 280, height: 150, theme, isAlone: false } as const;

/** More columns than these are not drawn: a browser would take long, and nobody looks. */
const columnsDrawn = 36;
const pairsDrawn = 6;

const key =
  '<p class="key"><span><i class="rows"></i>rows</span><span><i class="samples"></i>samples of the model</span></p>';

const heads = (...texts: readonly string[]) =>
  texts.map((text) => (text.startsWith('#') ? { text: text.slice(1), isNumber: true } : { text }));

function rangeText({ range, kind, unit }: Column): string {
  if (!range) return '';
  return range.map((raw) => rawText(raw, { kind, ...(unit !== undefined && { unit }) })).join(' to ');
}

/** Names of columns in a sentence. */
export const listedNames = (columns: readonly Column[]): string =>
  columns.map(({ name }) => `<b>${escapeHtml(name)}</b>`).join(', ');

/** What was read of the file, and how. */
export function readSection(facts: ReportFacts): string {
  const { notes, rowsRead, data, context } = facts;
  const columns = [...facts.columns, ...context];
  const rows = columns.map((column) => [
    `<b>${escapeHtml(column.name)}</b>`,
    escapeHtml(column.kind),
    escapeHtml(
      column.categories
        ? `${column.categories.length}: ${column.categories.slice(0, 6).join(', ')}${column.categories.length > 6 ? ', …' : ''}`
        : rangeText(column),
    ),
    escapeHtml(column.reason ?? ''),
  ]);
  const guessed =
    notes.length === 0
      ? ''
      : `<h3>What was guessed of the file</h3><ul>${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('')}</ul>`;
  return section(
    'read',
    'What was read',
    `<p>${rowsRead.toLocaleString('en')} rows of ${columns.length} column${columns.length === 1 ? '' : 's'} of <code>${escapeHtml(data)}</code>. Columns that the model was not trained on are not looked at.${context.length > 0 ? ` Given: ${listedNames(context)}.` : ''}</p>`,
    htmlTable(heads('column', 'kind', 'values', 'why it is taken for that'), rows),
    guessed,
  );
}

/** How the model came to be. */
export function trainingSection({ training, history, flow }: ReportFacts): string {
  if (!training) {
    return section('training', 'Training', '<p>Beside the model lies no report of the run that it is of.</p>');
  }
  const { explanation = [], members = [], seconds } = training;
  const curve = lossChart({
    ...{ history, width: 860, height: 300, theme },
    ...(training.baseline && {
      baseline: { label: 'full-covariance Gaussian, held out', value: training.baseline.gaussianNll },
    }),
  });
  const shares = htmlTable(
    heads('member', '#weight', '#nll alone, nats', '#members'),
    members.map(({ name, setting, weight, nll, members: count }) => [
      escapeHtml(setting === '' ? name : `${name}, ${setting}`),
      `${(100 * weight).toFixed(1)} %`,
      shortNumber(nll, 5),
      `${count}`,
    ]),
  );
  return section(
    'training',
    history.length > 0 ? 'Learning curve' : 'Training',
    `<p>${escapeHtml(flow === null ? 'a flow' : densityName(flow).name)}, fitted in ${seconds.toFixed(1)} s${training.steps === undefined ? '' : ` and ${training.steps.toLocaleString('en')} steps; the best was step ${training.bestStep?.toLocaleString('en')}`}.</p>`,
    explanation.length > 0 ? `<ul>${explanation.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>` : '',
    history.length > 0 ? figure(curve, 'Negative log-likelihood, nats a row: less is better.') : '',
    members.length > 0
      ? `${shares}<p class="small muted">What each kind of member is worth alone, on rows that it did not see.</p>`
      : '',
  );
}

/** Columns and pairs of them, rows beside samples. */
export function spreadSection({ columns }: ReportFacts, { rows, samples }: ReportRows): string {
  const margins = columns.slice(0, columnsDrawn).map((column, i) => {
    const drawn = marginPicture(column, rows[i] as Float32Array, samples[i] as Float32Array, small);
    return `<div class="card"><h3>${escapeHtml(column.name)}</h3>${figure(drawn)}</div>`;
  });
  const more =
    columns.length > columnsDrawn
      ? `<p class="muted">${columns.length - columnsDrawn} more columns are not drawn.</p>`
      : '';
  const pairs = dependentPairs(columns, rows, pairsDrawn).map((pair) => {
    const [a, b] = pair;
    const of = (values: readonly Float32Array[], color: 'first' | 'second'): string =>
      figure(
        pairPicture(
          {
            columns: [columns[a] as Column, columns[b] as Column],
            values: [values[a] as Float32Array, values[b] as Float32Array],
            ranges: sharedRanges(pair, rows, samples),
            color,
          },
          { width: 260, height: 240, theme, isAlone: false },
        ),
      );
    return `<div class="card pair">${of(rows, 'first')}${of(samples, 'second')}</div>`;
  });
  const shown =
    pairs.length === 0
      ? ''
      : `<h3>Pairs that depend most on each other</h3>\n${key}<div class="two">${pairs.join('\n')}</div>`;
  return section(
    'spread',
    'Rows beside samples',
    `<p>Shares of all rows that were read, and of samples. What is far out is not drawn.</p>${key}`,
    `<div class="grid">${margins.join('\n')}</div>`,
    more,
    shown,
  );
}

/** Whether probabilities are what they say. */
export function calibrationSection(
  facts: ReportFacts,
  { rowScores, sampleScores, places, transforms }: ReportRows,
): string {
  const { coverage, calibration, columns, context, energy, samples, scores } = facts;
  const isGiven = context.length > 0;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const table = htmlTable(
    heads('region', '#rows in it', '#expected, 99 %', ''),
    coverage.map(({ level, share, expected, isExpected }) => [
      `${Math.round(100 * level)} % most likely`,
      percent(share),
      `${percent(expected[0])} to ${percent(expected[1])}`,
      isExpected ? 'as expected' : '<span class="blame">outside</span>',
    ]),
  );
  const medium = { width: 430, height: 320, theme, isAlone: false } as const;
  const order = [...columns.keys()].sort((a, b) => (calibration[a]?.pValue ?? 1) - (calibration[b]?.pValue ?? 1));
  const cards = order.slice(0, columnsDrawn).map((i) => {
    const { pValue = 1, distance = 0 } = calibration[i] ?? {};
    const isWrong = pValue * columns.length < significance;
    const words = `distance ${distance.toFixed(3)}, ${probability(pValue)}`;
    const drawn = transformsPicture(columns[i]?.name ?? '', transforms[i] as Float64Array, small);
    return `<div class="card"><h3>${escapeHtml(columns[i]?.name ?? '')}</h3>${figure(drawn, isWrong ? `<span class="blame">${words}</span>` : words)}</div>`;
  });
  return section(
    'calibration',
    'Calibration',
    `<p>The region of highest density that holds, say, half of the model’s probability should hold half of the ${scores.count.toLocaleString('en')} rows. ${
      isGiven
        ? `Each row has a region of its own, given its ${listedNames(context)}, found by ${Math.round(samples / scores.count).toLocaleString('en')} samples with the same.`
        : `Its border is the density that half of ${samples.toLocaleString('en')} samples exceed.`
    }</p>`,
    `<div class="two"><div>${figure(coveragePicture(places.rows, places.samples, medium))}<p class="key"><span><i class="rows"></i>rows</span><span><i class="band"></i>99 % of the time, if the model is right</span></p></div><div>${table}${figure(scoresPicture(rowScores, sampleScores, { ...medium, height: 220 }))}${key}</div></div>`,
    `<h3>Each column</h3><p>How many samples${isGiven ? ' with its context' : ''} are below each row (the probability integral transform). All boxes are alike if the column is spread as the model says; a hill is too wide a model, a valley too narrow a one, a slope one that lies too high or too low. The least even come first.</p>`,
    `<div class="grid">${cards.join('\n')}</div>`,
    `<h3>Rows against samples</h3><p>Energy distance of ${energy.counts[0]} rows and ${energy.counts[1]} samples, of ranks: ${shortNumber(energy.distance, 3)}. Dealt out at random it is ${shortNumber(energy.byChance, 3)} in the mean, and as great as this with ${probability(energy.pValue)}.</p>`,
  );
}

/** Beside others that learned from the same rows. */
export function comparisonSection({ compared, notCompared, scores, rowsSeen }: ReportFacts): string {
  if (notCompared !== null) return section('compared', 'Beside simpler densities', `<p>${escapeHtml(notCompared)}</p>`);
  const table = htmlTable(heads('density', '#nll, nats a row', '#behind the model', ''), [
    ['<b>this model</b>', `<b>${shortNumber(scores.nll, 5)}</b>`, '', ''],
    ...compared.map(({ name, setting, nll, difference: { clipped } }) => [
      `${escapeHtml(name)} <span class="muted">${escapeHtml(setting)}</span>`,
      shortNumber(nll, 5),
      `${shortNumber(clipped.mean, 3)} ± ${shortNumber(clipped.standardError, 2)}`,
      '',
    ]),
  ]);
  return section(
    'compared',
    'Beside simpler densities',
    `<p>All learned from the same ${rowsSeen?.toLocaleString('en')} rows, and are judged by the ${scores.count.toLocaleString('en')} that none has seen. Differences of rows are held to ±10 nats; bars are two standard errors.</p>`,
    `<div class="two"><div>${figure(comparisonPicture(compared, { width: 480, theme, isAlone: false }))}</div><div>${table}</div></div>`,
  );
}

/** The rows that the model understands least. */
export function unlikelySection({ unlikely, columns: own, context, samples, scores }: ReportFacts): string {
  const columns = [...own, ...context];
  const each = context.length > 0 ? samples / scores.count : samples;
  const rows = unlikely.map(({ row, logProb, lessLikely, values, gains }) => {
    const worst = [...gains.keys()]
      .sort((a, b) => (gains[b] as number) - (gains[a] as number))
      .filter((i) => (gains[i] as number) > 1)
      .slice(0, 3);
    const others = values.flatMap((value, i) =>
      worst.includes(i) ? [] : [`${columns[i]?.name} ${cellText(value, columns[i] as Column)}`],
    );
    const blamed = worst.map(
      (i) =>
        `<span class="blame">${escapeHtml(`${columns[i]?.name} ${cellText(values[i] as number, columns[i] as Column)}`)}</span> <span class="muted">+${shortNumber(gains[i] as number, 3)}</span>`,
    );
    return [
      `${row}`,
      shortNumber(logProb, 4),
      lessLikely === 0 ? `< ${shortNumber(100 / each, 2)} %` : `${shortNumber(100 * lessLikely, 2)} %`,
      blamed.join('<br>') || '<span class="muted">no one column</span>',
      `<span class="muted">${escapeHtml(others.slice(0, 8).join(', '))}${others.length > 8 ? ', …' : ''}</span>`,
    ];
  });
  return section(
    'unlikely',
    'The least likely rows',
    `<p>Rows are counted from 1, as they were read. Beside each column to blame stands how much more likely the row would be, in nats, if that column were drawn anew given the others.</p>`,
    `<div class="unlikely">${htmlTable(heads('#row', '#log-likelihood', '#samples less likely', 'columns to blame', 'the others'), rows)}</div>`,
  );
}
