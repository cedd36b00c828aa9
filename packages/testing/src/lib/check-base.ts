import { baseChecks } from './checks/all-checks.ts';
import { type BaseOptions, settle } from './options.ts';
import type { Report } from './plan/check.ts';
import { runChecks } from './plan/run-checks.ts';
import type { Source } from './trial/place.ts';

/** Contexts that a base distribution is checked with unless told otherwise: none. */
export const baseContexts = [null] as const;

/**
 * Checks a base distribution: shapes, seeds, temperature, gradients, saving, and that its density integrates to 1 and is
 * the one that its samples come from. Give a `domain` for a distribution that lives on an interval. Returns a report as
 * data, like `checkLayer`.
 *
 * @throws DiffeoError `BACKEND` when a backend is not registered, `CONFIG` for options that make no sense.
 * @example
 * import '@tensorflow/tfjs-backend-cpu';
 * import { uniformBox } from '@diffeo/core';
 * const report = await checkBase(uniformBox({ low: -1, high: 1 }), { domain: [-1, 1] });
 * for (const { name, passed, message } of report.checks) if (!passed) console.error(name, message);
 */
export const checkBase = async (source: Source<'base'>, options: BaseOptions = {}): Promise<Report> =>
  await runChecks(source, 'base', baseChecks, settle(options, baseContexts));
