import type { AnyTask } from '../executor/task.ts';
import { openTask } from './open-task.ts';
import { sampleTask } from './sample-task.ts';
import { scoreTask } from './score-task.ts';
import { trainTasks } from './train-tasks.ts';

/** What every worker can do. */
export const builtInTasks: readonly AnyTask[] = [openTask, scoreTask, sampleTask, ...trainTasks];
