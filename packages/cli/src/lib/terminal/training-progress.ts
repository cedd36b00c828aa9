import type { Progress } from '@diffeo/trainer';
import { Presets, SingleBar } from 'cli-progress';
import { duration } from './duration.ts';
import { say } from './say.ts';

/** Shows on stderr how far training is. */
export interface TrainingProgress {
  update(progress: Progress): void;
  stop(): void;
}

/** Milliseconds between two lines where there is no terminal. */
const pause = 5000;

/** Loss, speed and time left, in words. */
function describeProgress({ step, steps, loss, validation, samplesPerSecond, seconds }: Progress): string {
  const losses = [
    `loss ${loss.toFixed(3)}`,
    ...(validation === undefined ? [] : [`validation ${validation.toFixed(3)}`]),
  ];
  const left = duration((seconds / step) * (steps - step));
  return [...losses, `${Math.round(samplesPerSecond).toLocaleString('en')} rows/s`, `${left} left`].join(' · ');
}

function progressBar(steps: number): TrainingProgress {
  const bar = new SingleBar(
    { format: '{bar} {value}/{total} {state}', barsize: 20, gracefulExit: false, linewrap: false, hideCursor: true },
    Presets.shades_classic,
  );
  const stop = (): void => bar.stop();
  bar.start(steps, 0, { state: '' });
  process.once('exit', stop);
  return {
    update: (progress) => bar.update(progress.step, { state: describeProgress(progress) }),
    stop: () => {
      process.off('exit', stop);
      stop();
    },
  };
}

function progressLines(): TrainingProgress {
  let last = performance.now();
  return {
    update: (progress) => {
      if (performance.now() - last < pause) return;
      last = performance.now();
      say(`step ${progress.step}/${progress.steps} · ${describeProgress(progress)}`);
    },
    stop: () => undefined,
  };
}

/** A bar where stderr is a terminal, and otherwise a line every few seconds. */
export const trainingProgress = (steps: number): TrainingProgress =>
  process.stderr.isTTY ? progressBar(steps) : progressLines();
