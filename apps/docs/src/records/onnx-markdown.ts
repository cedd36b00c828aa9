import { table } from './markdown-table.ts';
import type { Records } from './records.ts';

/** A part in one configuration in one runtime. */
interface Trial {
  readonly kind: string;
  readonly part: string;
  readonly runtime: string;
  /** `null` where it is refused. */
  readonly off: number | null;
  readonly allowed: number;
}

/** One function of one model at one batch size in one runtime. */
interface Time {
  readonly model: string;
  readonly function: string;
  readonly batch: number;
  readonly runtime: string;
  readonly milliseconds: number;
  readonly timesOurs: number;
}

const distinct = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];

/** The largest difference of a part in a runtime, or why there is none. */
function largest(trials: readonly Trial[]): string {
  const found = trials.flatMap(({ off }) => (off === null ? [] : [off]));
  return found.length > 0 ? Math.max(...found).toExponential(1) : 'refused';
}

/** How far each part is from the library in each runtime of ONNX. */
export function onnxDifferences({ machine, runs }: Records<readonly Trial[]>): string {
  const trials = runs.flatMap(({ result }) => result);
  const runtimes = distinct(trials.map(({ runtime }) => runtime));
  const rows = distinct(trials.map(({ part }) => part)).map((part) => {
    const own = trials.filter((trial) => trial.part === part);
    const [{ kind, allowed } = { kind: '', allowed: Number.NaN }] = own;
    const found = runtimes.map((name) => largest(own.filter(({ runtime }) => runtime === name)));
    return [kind, `\`${part}\``, ...found, allowed.toExponential(0)];
  });
  return `## ONNX Runtime beside the library

The largest |difference| / max(1, |value|) of \`toBase\` and \`toData\` (of bases \`logProb\`, of presets \`logProb\` and \`toData\`), over every configuration, on several rows, on one and on none, with
parameters away from where they start. A part that is refused says so when it is exported: [what is refused](../packages/onnx/README.md#what-is-refused).

${table(['kind', 'part', ...runtimes, 'allowed'], rows)}

Repeat with \`${runs[0]?.command}\`. Recorded on ${machine}; the last digits differ elsewhere. The column of onnxruntime-web is also a test.`;
}

/** How long exported flows take beside the library. */
export function onnxTimes({ runs }: Records<{ readonly machine: string; readonly rows: readonly Time[] }>): string {
  const [run] = runs;
  if (!run) return '';
  const { machine, rows: times } = run.result;
  const runtimes = distinct(times.map(({ runtime }) => runtime)).filter((name) => name !== 'diffeo');
  const rows = times
    .filter(({ runtime }) => runtime === 'diffeo')
    .map((own) => {
      const others = runtimes.map((name) => {
        const other = times.find(
          (one) =>
            one.runtime === name && one.model === own.model && one.function === own.function && one.batch === own.batch,
        );
        return other ? `${other.milliseconds.toFixed(2)} (${other.timesOurs.toFixed(2)} ×)` : '';
      });
      return [own.model, `\`${own.function}\``, String(own.batch), own.milliseconds.toFixed(2), ...others];
    });
  return `### Time

Milliseconds of a batch on one thread each, in turns, and how many times as long as ours, which is \`prepared\`. An autoregressive layer exports with as many rounds as
its event has numbers, where ours ends as soon as nothing changes, but for a few short events, whose rounds are all replayed.

${table(['flow', 'function', 'rows', 'Diffeo', ...runtimes], rows)}

Repeat with \`${run.command}\`. Recorded on ${machine}, beside other work: times as many as ours say more than milliseconds.`;
}
