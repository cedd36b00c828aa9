import { layerContexts } from '../check-layer.ts';
import { layerChecks } from '../checks/all-checks.ts';
import { type LayerOptions, settle } from '../options.ts';
import { plan } from '../plan/plan.ts';
import type { Source } from '../trial/place.ts';
import { describePlan } from './describe-plan.ts';

/**
 * Describes the checks of `checkLayer` as vitest tests, one for each check at each place. Import the tfjs backends to test
 * on before calling it.
 *
 * @throws DiffeoError `BACKEND` when a backend is not registered, `CONFIG` for options that make no sense.
 */
export const testLayer = (source: Source<'layer'>, options: LayerOptions = {}): void =>
  describePlan(plan(source, 'layer', layerChecks, settle(options, layerContexts)));
