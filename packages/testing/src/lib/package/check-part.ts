import { DiffeoError, flow, isDiffeoError, type Shape, type Spec } from '@diffeo/core';
import { checkBase } from '../check-base.ts';
import { checkLayer } from '../check-layer.ts';
import type { LayerOptions } from '../options.ts';
import type { CheckResult, Report } from '../plan/check.ts';
import type { PartKind } from '../trial/place.ts';
import type { CheckablePart } from './parts-of.ts';

/** What to check of a part, beside what its package says. */
export interface PartCheckOptions
  extends Pick<LayerOptions, 'only' | 'seed' | 'backends' | 'contextShapes' | 'batchSizes' | 'trainingSteps'> {
  /** Whether to check at an event shape, the i-th of as many, with the j-th configuration. Default: all with all. */
  readonly at?: (shape: number, shapes: number, config: number) => boolean;
  /** Awaited before each of them; by throwing it ends the work. */
  readonly pause?: () => Promise<void>;
}

/** What the kit found out about one layer or base distribution. */
export interface PartReport {
  readonly type: string;
  readonly kind: PartKind;
  readonly eventShapes: readonly Shape[];
  /** Event shapes that it does not take; it was not asked to. */
  readonly refused: readonly Shape[];
  readonly results: readonly CheckResult[];
  /** Why nothing could be checked; else `null`. */
  readonly problem: string | null;
}

/**
 * Event shapes to try where the package names none: vectors and a small image with its channels last, in which no two sides
 * are alike; or else one whose sides can be halved twice.
 */
const usualShapes: readonly (readonly Shape[])[] = [[[1], [2], [3], [2, 1, 3]], [[4, 4, 2]]];

const shown = (shapes: readonly Shape[]): string => shapes.map((shape) => `[${shape.join(', ')}]`).join(', ');

/** Whether a part can be built at an event shape. Anything but a refusal of the shape is for the kit to report. */
function takes(spec: Spec<PartKind>, eventShape: Shape): boolean {
  try {
    if (spec.$kind === 'layer') flow({ eventShape, layers: [spec as Spec<'layer'>] });
    else flow({ eventShape, layers: [], base: spec as Spec<'base'> });
    return true;
  } catch (error) {
    return !(isDiffeoError(error) && error.code === 'SHAPE');
  }
}

/** Whether the definition takes a configuration; the reason if it does not. */
function refusal({ definition }: CheckablePart, config: object): string | null {
  try {
    definition(config);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Where a part is checked. */
export interface PartPlan {
  readonly eventShapes: readonly Shape[];
  readonly refused: readonly Shape[];
  readonly problem: string | null;
}

/** The event shapes at which a part is checked: those that its package names, or of the usual ones those that it takes. */
export function planPart(part: CheckablePart): PartPlan {
  const { definition, options } = part;
  const { type } = definition;
  const nowhere = { eventShapes: [], refused: [] };
  const configs = options.configs ?? [{}];
  for (const config of configs) {
    const reason = refusal(part, config);
    if (reason === null) continue;
    const advice = options.configs
      ? `which its package names in conformance`
      : `the default: let its package export conformance = { '${type}': { configs: [...] } }`;
    return { ...nowhere, problem: `${reason}. It refuses the configuration ${JSON.stringify(config)}, ${advice}` };
  }
  if (options.eventShapes) return { eventShapes: options.eventShapes, refused: [], problem: null };
  const specs = configs.map((config) => definition(config));
  const fits = (shape: Shape): boolean => specs.every((spec) => takes(spec, shape));
  const family = usualShapes.find((shapes) => shapes.some(fits));
  if (family)
    return { eventShapes: family.filter(fits), refused: family.filter((shape) => !fits(shape)), problem: null };
  const tried = usualShapes.flat();
  return {
    ...nowhere,
    refused: tried,
    problem: `${type} takes none of the event shapes ${shown(tried)}: let its package export conformance = { '${type}': { eventShapes: [...] } }`,
  };
}

/**
 * Runs the kit on one part of a package, as {@link partsOf} finds it, one configuration and event shape after another.
 *
 * @throws DiffeoError `PACKAGE` when the package's options make no sense, and what `pause` throws.
 */
export async function checkPart(
  part: CheckablePart,
  { at = () => true, pause = () => Promise.resolve(), ...chosen }: PartCheckOptions = {},
): Promise<PartReport> {
  const { definition, options } = part;
  const { type, kind } = definition;
  const plan = planPart(part);
  const run = (more: LayerOptions): Promise<Report> => {
    const all = { ...options, ...chosen, ...more } as LayerOptions;
    return kind === 'layer' ? checkLayer(definition as never, all) : checkBase(definition as never, all as never);
  };
  const results: CheckResult[] = [];
  const { eventShapes } = plan;
  for (const [j, config] of (plan.problem === null ? (options.configs ?? [{}]) : []).entries()) {
    for (const [i, eventShape] of eventShapes.entries()) {
      if (!at(i, eventShapes.length, j)) continue;
      await pause();
      const { checks } = await run({ configs: [config], eventShapes: [eventShape] }).catch((cause: unknown) => {
        if (!isDiffeoError(cause) || cause.code !== 'CONFIG') throw cause;
        throw new DiffeoError('PACKAGE', `${type}: its options in conformance: ${cause.message}`, { cause });
      });
      results.push(...checks);
    }
  }
  return { type, kind, results, ...plan };
}
