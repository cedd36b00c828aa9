import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '../../folder/model-notes.ts';
import type { TrainReport } from '../../train/train-report.ts';
import type { CurvePoint } from './report-facts.ts';

/** What a run left beside its model. */
export interface RunFiles {
  readonly training: TrainReport | null;
  readonly history: readonly CurvePoint[];
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function trainingReport(text: string | null, model: string): TrainReport | null {
  try {
    const report = JSON.parse(text ?? 'null') as TrainReport | null;
    return report?.modelSha256 === sha256(readFileSync(model)) ? report : null;
  } catch {
    return null;
  }
}

function curve(text: string | null): CurvePoint[] {
  return (text ?? '')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
    .map(([step, train, validation]) => ({
      ...{ step: Number(step), train: Number(train) },
      ...(validation ? { validation: Number(validation) } : {}),
    }))
    .filter((point) => Object.values(point).every(Number.isFinite));
}

/** The report and the learning curve of the run that a model is of. Those of another run, or none, are none. */
export function runFiles(model: string): RunFiles {
  const beside = (name: string): string | null => read(join(dirname(model), name));
  const training = trainingReport(beside('report.json'), model);
  return { training, history: training ? curve(beside('history.csv')) : [] };
}
