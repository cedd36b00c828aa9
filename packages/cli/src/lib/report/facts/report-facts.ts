import type { Column } from '@diffeo/datasets';
import type { ColumnCalibration, Coverage, EnergyTest } from '@diffeo/tables';
import type { ScoreComparison, Warning } from '@diffeo/trainer';
import type { TrainReport } from '../../train/train-report.ts';
import type { ComparedSamples } from './compared-samples.ts';
import type { JudgedRows } from './judged-rows.ts';

/** A row that is less likely than the others, and what makes it so. */
export interface UnlikelyRow {
  /** Its place among the rows that were read, from 1. */
  readonly row: number;
  readonly logProb: number;
  /** The share of the model's own samples that are less likely. */
  readonly lessLikely: number;
  /** The values, stored: of the columns of the model, then of its context. */
  readonly values: readonly number[];
  /** How much more likely it would be if a column were drawn anew given the others, nats. */
  readonly gains: readonly number[];
}

/** A density that the model is compared with, on the rows that are judged by. */
export interface ComparedDensity {
  readonly name: string;
  readonly setting: string;
  /** Its mean negative log-likelihood, nats. */
  readonly nll: number;
  /** The model's scores less its own. */
  readonly difference: ScoreComparison;
}

/** Scores of rows: the mean negative log-likelihood and what it hides, nats. */
export interface ScoreFacts {
  readonly nll: number;
  readonly standardError: number;
  readonly median: number;
  readonly trimmedMean: number;
  readonly count: number;
}

/** A point of the learning curve. */
export interface CurvePoint {
  readonly step: number;
  readonly train: number;
  readonly validation?: number;
}

/** All that a report says, in numbers. */
export interface ReportFacts {
  /** The path of the model. */
  readonly model: string;
  readonly data: string;
  /** What the model was trained on. */
  readonly trainedOn: string | null;
  readonly flow: string | null;
  readonly parameters: number;
  readonly writtenBy: string | null;
  readonly rowsRead: number;
  readonly rowsSeen: number | null;
  readonly rowsAre: JudgedRows['are'];
  readonly columns: readonly Column[];
  /** The columns that a conditional model is given; none of others. */
  readonly context: readonly Column[];
  /** What was guessed of the file, in words. */
  readonly notes: readonly string[];
  /** The report of the training, where it lies beside the model. */
  readonly training: TrainReport | null;
  readonly history: readonly CurvePoint[];
  readonly scores: ScoreFacts;
  readonly samples: number;
  readonly coverage: readonly Coverage[];
  readonly calibration: readonly Pick<ColumnCalibration, 'distance' | 'pValue'>[];
  readonly energy: EnergyTest;
  readonly compared: readonly ComparedDensity[];
  /** Why there is nothing to compare with; `null` where there is. */
  readonly notCompared: string | null;
  readonly unlikely: readonly UnlikelyRow[];
  readonly warnings: readonly Warning[];
}

/** What the pictures are drawn of, beside the facts. */
export interface ReportRows {
  /** All rows that were read, as many as are drawn. */
  readonly rows: readonly Float32Array[];
  /** As many samples. */
  readonly samples: readonly Float32Array[];
  /** Of the rows that are judged by. */
  readonly rowScores: Float32Array;
  readonly sampleScores: Float32Array;
  /** What tells whether rows lie in regions of highest density. */
  readonly places: ComparedSamples['places'];
  readonly transforms: readonly Float64Array[];
}
