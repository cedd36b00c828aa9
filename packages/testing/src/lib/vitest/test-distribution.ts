import { baseContexts } from '../check-base.ts';
import { baseChecks } from '../checks/all-checks.ts';
import { type BaseOptions, settle } from '../options.ts';
import { plan } from '../plan/plan.ts';
import type { Source } from '../trial/place.ts';
import { describePlan } from './describe-plan.ts';

/**
 * Describes the checks of `checkBase` as vitest tests, one for each check at each place. Import the tfjs backends to test
 * on before calling it.
 *
 * @throws DiffeoError `BACKEND` when a backend is not registered, `CONFIG` for options that make no sense.
 */
export const testDistribution = (source: Source<'base'>, options: BaseOptions = {}): void =>
  describePlan(plan(source, 'base', baseChecks, settle(options, baseContexts)));
