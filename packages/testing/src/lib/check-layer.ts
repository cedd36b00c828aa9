import { layerChecks } from './checks/all-checks.ts';
import { type LayerOptions, settle } from './options.ts';
import type { Report } from './plan/check.ts';
import { runChecks } from './plan/run-checks.ts';
import type { Source } from './trial/place.ts';

/** Contexts that a layer is checked with unless told otherwise: none, and two numbers. */
export const layerContexts = [null, [2]] as const;

/**
 * Checks a layer: its contract, its mathematics, its numbers, its training and its life, at every event shape, context
 * shape and backend that the options list. The layer's parameters are moved away from their start first. Returns a report
 * as data; a layer that throws has failed that check and the others go on.
 *
 * @throws DiffeoError `BACKEND` when a backend is not registered, `CONFIG` for options that make no sense.
 * @example
 * import '@tensorflow/tfjs-backend-cpu';
 * import { chain } from '@diffeo/core';
 * const report = await checkLayer(chain({ layers: [] }), { eventShapes: [[2]], capabilities: { constantLogDet: true } });
 * for (const { name, passed, message } of report.checks) if (!passed) console.error(name, message);
 */
export const checkLayer = async (source: Source<'layer'>, options: LayerOptions = {}): Promise<Report> =>
  await runChecks(source, 'layer', layerChecks, settle(options, layerContexts));
