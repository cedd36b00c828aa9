import { type CommandDef, defineCommand } from 'citty';
import { version } from '../version.ts';
import { checkCommand } from './check-command.ts';
import { completionCommand } from './completion-command.ts';
import { exportCommand } from './export-command.ts';
import { fillCommand } from './fill-command.ts';
import { importCommand } from './import-command.ts';
import { inspectCommand } from './inspect-command.ts';
import { interpolateCommand } from './interpolate-command.ts';
import { jobsCommand } from './jobs-command.ts';
import { plotCommand } from './plot-command.ts';
import { reconstructCommand } from './reconstruct-command.ts';
import { reportCommand } from './report-command.ts';
import { sampleCommand } from './sample-command.ts';
import { scoreCommand } from './score-command.ts';
import { searchCommand } from './search-command.ts';
import { trainCommand } from './train-command.ts';
import { workerCommand } from './worker-command.ts';

// biome-ignore lint/suspicious/noExplicitAny: citty's own type for a command of any arguments
export type AnyCommand = CommandDef<any>;

/** Every command by its name. Each loads what it runs when it runs. */
export const commands: Readonly<Record<string, AnyCommand>> = {
  train: trainCommand,
  score: scoreCommand,
  sample: sampleCommand,
  fill: fillCommand,
  report: reportCommand,
  plot: plotCommand,
  reconstruct: reconstructCommand,
  interpolate: interpolateCommand,
  inspect: inspectCommand,
  export: exportCommand,
  import: importCommand,
  check: checkCommand,
  search: searchCommand,
  worker: workerCommand,
  jobs: jobsCommand,
  completion: completionCommand(() => commands),
};

/** The command as a whole. */
export const program: AnyCommand = defineCommand({
  meta: {
    name: 'diffeo',
    version: version(),
    description: 'Normalizing flows: learn a density from data, score points, draw samples.',
  },
  args: {
    help: { type: 'boolean', description: 'Say how to use diffeo or, after a command, that command.' },
    version: { type: 'boolean', description: 'Print the version.' },
  },
  subCommands: { ...commands },
});
