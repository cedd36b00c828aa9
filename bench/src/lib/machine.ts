import { availableParallelism, cpus, loadavg } from 'node:os';

/** What the figures were measured on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  /** How many processes wanted to run over the last minute; above `cores`, only ratios say something. */
  readonly load: number;
  readonly node: string;
  readonly platform: string;
}

export const machine = (): Machine => ({
  processor: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  load: loadavg()[0] as number,
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
});

/** The machine in one line. */
export const describeMachine = ({ processor, cores, load, node, platform }: Machine): string =>
  `${processor}, ${cores} cores, load ${load.toFixed(1)}, Node ${node}, ${platform}`;
