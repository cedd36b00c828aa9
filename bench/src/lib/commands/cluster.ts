import { defineCommand } from 'citty';
import { median } from '../averages.ts';
import { type ClusterResult, measureCluster } from '../cluster/measure-cluster.ts';
import { print } from '../print.ts';
import { json, smoke } from './arguments.ts';
import { reported } from './reported.ts';

const told = ({
  rows,
  columns,
  together,
  seconds,
  ratio,
  bareRatio,
  bytesReadPerRow,
  bytesWrittenPerRow,
}: ClusterResult): string =>
  [
    `${rows} rows of ${columns} columns in Parquet, ${together} a job`,
    `one worker: ${Math.round(rows / median(seconds.one))} rows a second; two are ${ratio.toFixed(2)} times as fast`,
    `scoring alone, without files and engine: two are ${bareRatio.toFixed(2)} times as fast as one`,
    `bytes of files for a row: ${bytesReadPerRow.toFixed(1)} read, ${bytesWrittenPerRow.toFixed(1)} written`,
  ].join('\n');

export const cluster = defineCommand({
  meta: { name: 'cluster', description: 'scoring as jobs: one worker and two, and the bytes that a row moves' },
  args: { json, smoke },
  run: reported(async ({ args }) => {
    const subject = args.smoke
      ? { rows: 400, columns: 2, together: 100, rounds: 1 }
      : { rows: 400_000, columns: 6, together: 20_000, rounds: 5 };
    print(await measureCluster(subject), args.json, told);
  }),
});
