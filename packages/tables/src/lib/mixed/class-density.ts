import { type ClassModel, stateOffsets } from './class-model.ts';
import { chainLogDensity, chainsOf } from './gaussian-chain.ts';
import type { RowCells } from './row-cells.ts';

/** log Σ exp of some logarithms. */
export function logSum(logs: Float64Array): number {
  let most = -Infinity;
  for (const log of logs) if (log > most) most = log;
  if (most === -Infinity) return most;
  let total = 0;
  for (const log of logs) total += Math.exp(log - most);
  return most + Math.log(total);
}

/** A class that is so much less likely than another, nats, counts nothing in float64. */
const negligible = 37;

/**
 * What gives the log-probability of a row in each class, its weight included, into `logs`, and returns their log-sum: the log-density of the row. Cells that are left open
 * count nothing: they are summed and integrated out.
 */
export function classLogDensities(model: ClassModel, cells: RowCells): (row: number, logs: Float64Array) => number {
  const { columns, logWeights, tables, curves } = model;
  const offsets = stateOffsets(columns);
  const states = offsets.at(-1) as number;
  const chains = chainsOf(model);
  const byPattern = cells.patterns.map((present) => chains(present));
  const away = new Float64Array(curves.length);
  const places = new Int32Array(columns.length);
  return (row, logs) => {
    const chain = byPattern[cells.patternOf[row] as number] as (typeof byPattern)[number];
    let known = 0;
    for (let i = 0; i < columns.length; i++) {
      const state = cells.states[row * columns.length + i] as number;
      if (state >= 0) places[known++] = (offsets[i] as number) + state;
    }
    let most = -Infinity;
    for (let k = 0; k < logWeights.length; k++) {
      let log = logWeights[k] as number;
      for (let i = 0; i < known; i++) log += tables[k * states + (places[i] as number)] as number;
      log += chainLogDensity(model, chain, cells, row, k, away, most - negligible - log);
      logs[k] = log;
      if (log > most) most = log;
    }
    return logSum(logs) + (cells.logSlopes[row] as number);
  };
}

/** The log-density of each row, nats: of densities and probabilities together. */
export function classScores(model: ClassModel, cells: RowCells): Float64Array {
  const logOf = classLogDensities(model, cells);
  const logs = new Float64Array(model.logWeights.length);
  return Float64Array.from({ length: cells.count }, (_, row) => logOf(row, logs));
}
