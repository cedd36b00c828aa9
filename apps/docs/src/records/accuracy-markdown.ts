import { existsSync, readFileSync } from 'node:fs';
import { table } from './markdown-table.ts';
import { onnxDifferences, onnxTimes } from './onnx-markdown.ts';
import type { Records } from './records.ts';

interface Training {
  readonly data: string;
  readonly flow: string;
  readonly dimensions: number;
  readonly heldOut: { readonly nll: number; readonly standardError: number; readonly count: number };
  readonly baseline: { readonly gaussianNll: number } | null;
  readonly entropy: number;
  readonly kl: number;
}

interface Densities {
  readonly effort: string;
  readonly seed: number;
  readonly tables: readonly {
    readonly table: string;
    readonly rows: number;
    readonly columns: number;
    readonly nll: number;
    readonly standardError: number;
    /** Whether it was written down by another recipe than the one that there was when this was recorded. */
    readonly isStale: boolean;
    readonly beside: readonly { readonly name: string; readonly nll: number; readonly worse: boolean }[];
  }[];
  readonly verdicts: readonly { readonly wanted: string; readonly reached: string; readonly met: boolean }[];
}

interface Anomalies {
  readonly effort: string;
  readonly sets: readonly {
    readonly name: string;
    readonly trained: number;
    readonly columns: number;
    readonly ordinary: number;
    readonly anomalies: number;
    readonly area: number;
    readonly beside: readonly {
      readonly name: string;
      readonly area: number;
      readonly difference: number;
      readonly standardError: number;
    }[];
  }[];
}

interface Check {
  readonly name: string;
  readonly runs: number;
  readonly measured: number | null;
  readonly tolerance: number | null;
}

interface Conformance {
  readonly package: string;
  readonly counts: { readonly passed: number; readonly failed: number };
  readonly parts: readonly { readonly checks: readonly Check[] }[];
}

interface Size {
  readonly name: string;
  readonly bytes: number;
  /** Without `@diffeo/ops`, which the layers share. */
  readonly own: number;
  readonly budget: number | null;
}

/** A section of what was recorded; nothing of what was not. */
function section<R>(name: string, write: (records: Records<R>) => string): string {
  const file = new URL(`./${name}.json`, import.meta.url);
  return existsSync(file) ? write(JSON.parse(readFileSync(file, 'utf8')) as Records<R>) : '';
}

/** The page on accuracy: tables of recorded runs, each with the command that repeats it. */
export const accuracyMarkdown = (): string =>
  [
    `# Accuracy

Figures of recorded runs, each with the command that repeats it. What is checked by a test in every run of the tests is not here. Speed has
[a page of its own](speed.md).`,
    section('toys', toys),
    section('densities', densities),
    section('anomalies', anomalies),
    section('tables', tables),
    section('conformance', conformance),
    section('onnx', onnxDifferences),
    section('onnx-times', onnxTimes),
    section('sizes', sizes),
  ].join('\n\n');

const nats = (value: number): string => value.toFixed(3).replace(/^-(0\.0+)$/, '$1');

function toys({ machine, runs }: Records<Training>): string {
  const names = [...new Set(runs.map(({ result }) => result.data))];
  const kl = (name: string, flow: string) =>
    runs.find(({ result }) => result.data === name && result.flow === flow)?.result;
  const rows = names.map((name) => {
    const [coupling, spline] = [kl(name, 'realnvp'), kl(name, 'neural-spline')];
    const gaussian = (coupling?.baseline?.gaussianNll ?? Number.NaN) - (coupling?.entropy ?? Number.NaN);
    return [
      name,
      nats(coupling?.entropy ?? Number.NaN),
      ...[gaussian, coupling?.kl, spline?.kl].map((value) => nats(value ?? Number.NaN)),
    ];
  });
  return `## Densities of which the truth is known

The divergence from the truth, in nats: the mean negative log-likelihood of 100,000 new points less the entropy, which is known. 0 would be perfect; the standard
error of each is at most ${nats(Math.max(...runs.map(({ result }) => result.heldOut.standardError)))}. 1,000 steps, seed 1, with the defaults of the command.

${table(['density', 'entropy', 'a Gaussian', 'affine couplings', 'spline couplings'], rows)}

Repeat a row with \`${runs[0]?.command.replace(/ --out.*/, '')}\`; splines with \`--flow neural-spline\`. Recorded on ${machine}; the last digits differ elsewhere.`;
}

const competitors = ['Gaussian', 'mixture', 'kernels', 'spline-flow'];

function densities({ machine, runs }: Records<Densities>): string {
  const [run] = runs;
  if (!run) return '';
  const { effort, seed, tables, verdicts } = run.result;
  const rows = tables.map(({ table, rows, columns, nll, standardError, isStale, beside }) => {
    const others = competitors.map((name) => {
      const own = beside.find((one) => one.name === name);
      return own ? `${own.nll.toFixed(2)}${own.worse ? ' *' : ''}` : '';
    });
    return [
      `${table}${isStale ? ' †' : ''}`,
      `${rows}\u00a0×\u00a0${columns}`,
      `${nll.toFixed(2)}\u00a0±\u00a0${standardError.toFixed(2)}`,
      ...others,
    ];
  });
  const wanted = verdicts.map((own) => [own.wanted, own.reached, own.met ? 'yes' : 'no']);
  const stale = tables.some(({ isStale }) => isStale)
    ? '\n\n† measured with an earlier recipe, and not again since.'
    : '';
  return `## Densities of real tables

Nats a row on test rows that nobody saw, in the units of the columns; lower is better. \`tableFlow\` with \`effort: '${effort}'\` and seed ${seed}, beside what else
is there for a table: the Gaussian of full covariance, a Gaussian mixture and a kernel density of scikit-learn, and a neural spline flow in PyTorch, each
with its choices made on validation rows. An asterisk says that we are worse: the mean difference of rows, each held to ±10 nats, is behind by more than 2
standard errors, or the mean as it is by more than 1 nat. An empty cell was not measured.

${table(['table', 'size', 'Diffeo', ...competitors], rows)}${stale}

${table(['wanted', 'reached', 'met'], wanted)}

Written down by \`${run.command.replace('recorded', 'kept')}\`, and printed again by \`${run.command}\`, on ${machine}. A table of the twenty that is not here was not measured with this version.`;
}

function anomalies({ machine, runs }: Records<Anomalies>): string {
  const [run] = runs;
  if (!run) return '';
  const { effort, sets } = run.result;
  const names = [...new Set(sets.flatMap(({ beside }) => beside.map(({ name }) => name)))];
  const rows = sets.map((own) => [
    own.name,
    `${own.trained}\u00a0×\u00a0${own.columns}`,
    `${own.anomalies} of ${own.ordinary + own.anomalies}`,
    own.area.toFixed(4),
    ...names.map((name) => {
      const other = own.beside.find((one) => one.name === name);
      return other
        ? `${other.area.toFixed(4)} (${other.difference.toFixed(4)} ± ${other.standardError.toFixed(4)})`
        : '';
    }),
  ]);
  return `## Anomalies

How often an anomaly has a lower log-likelihood than an ordinary row: the area under the receiver operating characteristic, of 1. \`tableFlow\` with \`effort: '${effort}'\` learned other ordinary rows:
benign breast cancers, made-up rows of which anomalies have ordinary numbers that do not go together, and the pixels of one digit. In brackets, by how much ours is larger.

${table(['rows', 'learned from', 'anomalies', 'Diffeo', ...names], rows)}

Repeat with \`${run.command}\`. Recorded on ${machine}.`;
}

function tables({ machine, runs }: Records<Training>): string {
  const rows = runs.map(({ command, result }) => [
    /([^/]+\.csv)/.exec(command)?.[1] ?? result.data,
    String(result.dimensions),
    String(result.heldOut.count),
    nats(result.heldOut.nll),
    nats(result.baseline?.gaussianNll ?? Number.NaN),
    nats((result.baseline?.gaussianNll ?? Number.NaN) - result.heldOut.nll),
  ]);
  return `## Tables

What \`diffeo train\` finds of a table without an option that asks for one flow: a mixture of Gaussians and flows, weighed by rows that its members did not see.
Mean negative log-likelihood of held-out rows, in nats and the units of the columns, beside the Gaussian of full covariance on the same rows. The tables are those of
[vega-datasets](https://github.com/vega/vega-datasets), which the tests of the command use.

${table(['table', 'columns', 'held-out rows', 'mixture', 'Gaussian', 'gain'], rows)}

Repeat a row with \`${runs[0]?.command.replace(/ --out.*/, '')}\`. Recorded on ${machine}. A large gain on a table with few distinct numbers says that they repeat, and
not that the density is good: the command warns of such columns. \`npm run prove -- tables\` shows that \`diffeo train\` is not worse than the Gaussian on tables of many kinds.`;
}

function conformance({ runs }: Records<Conformance>): string {
  const rows = runs.map(({ result }) => [
    `\`${result.package.match(/packages\/([^/]+)/)?.[1] ?? result.package}\``,
    String(result.counts.passed),
    String(result.counts.failed),
  ]);
  const checks = new Map<string, { runs: number; worst: number; measured: number; tolerance: number }>();
  for (const { name, runs: times, measured, tolerance } of runs
    .flatMap(({ result }) => result.parts)
    .flatMap((part) => part.checks)) {
    const known = checks.get(name) ?? { runs: 0, worst: -1, measured: Number.NaN, tolerance: Number.NaN };
    const share = measured !== null && tolerance ? measured / tolerance : -1;
    const worst = share > known.worst ? { worst: share, measured: measured ?? 0, tolerance: tolerance ?? 0 } : known;
    checks.set(name, { ...known, ...worst, runs: known.runs + times });
  }
  const measured = [...checks].filter(([, { worst }]) => worst >= 0);
  return `## Conformance

Every layer is held to some forty checks of [\`@diffeo/testing\`](../packages/testing/README.md), at several shapes, contexts and configurations, in
every run of the tests. Recorded here:

${table(['package', 'checks passed', 'failed'], rows)}

How near the worst of these layers came to what is allowed, of the checks that measure something. Errors of log-determinants and round trips are relative to
1 + |expected|.

${table(
  ['check', 'times', 'worst measured', 'allowed there'],
  measured.map(([name, { runs: times, measured: found, tolerance }]) => [
    `\`${name}\``,
    String(times),
    found.toExponential(1),
    tolerance.toExponential(1),
  ]),
)}

Repeat with \`${runs[0]?.command}\`.`;
}

function sizes({ runs }: Records<readonly Size[]>): string {
  const rows = (runs[0]?.result ?? []).map(({ name, bytes, own, budget }) => [
    `\`${name}\``,
    (bytes / 1000).toFixed(1),
    (own / 1000).toFixed(1),
    budget ? (budget / 1000).toFixed(1) : '',
  ]);
  return `## Size

Kilobytes, minified and gzipped, of everything that a package exports, without TensorFlow.js and, of those that have it as a peer, without core. What you do not
import is left out of a bundle.

${table(['package', 'kB', 'without ops', 'its budget'], rows)}

Repeat with \`${runs[0]?.command}\`.`;
}
