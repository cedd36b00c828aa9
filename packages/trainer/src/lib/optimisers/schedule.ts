import type { GenericSchema, InferInput, InferOutput } from 'valibot';
import { buildPart, definePart, isPartSpec, type PartDefinition, type PartSpec } from './define-part.ts';

/** A schedule as JSON. */
export type ScheduleSpec = PartSpec<'schedule'>;

/** The validations of a run until now, in their order. */
export type Validations = readonly { readonly step: number; readonly loss: number }[];

/**
 * The factor on the learning rate at a step from 0 to steps − 1, given the validations before it. It depends on nothing else, so
 * that a run that is resumed goes on with the same. Those of this package carry their JSON as `spec`.
 */
export interface Schedule {
  (step: number, steps: number, validations?: Validations): number;
  readonly spec?: ScheduleSpec;
}

type Factor = (step: number, steps: number, validations: Validations) => number;

/** What makes schedules of a kind. */
export interface ScheduleDefinition<S extends GenericSchema> {
  (config?: InferInput<S>): Schedule & { readonly spec: ScheduleSpec };
  readonly definition: PartDefinition<'schedule', null, Factor>;
}

/** Defines a schedule: calling it gives the function, with its JSON. */
export function defineSchedule<S extends GenericSchema>(options: {
  readonly type: string;
  readonly version: number;
  readonly schema: S;
  build(config: InferOutput<S>): Factor;
}): ScheduleDefinition<S> {
  const definition = definePart<'schedule', S, null, Factor>({ ...options, kind: 'schedule' });
  const make = (config?: InferInput<S>) => {
    const spec = definition(config);
    const factor = definition.build(spec.config, null);
    const schedule = (step: number, steps: number, validations: Validations = []) => factor(step, steps, validations);
    return Object.assign(schedule, { spec, toJSON: () => spec });
  };
  return Object.assign(make, { definition }) as ScheduleDefinition<S>;
}

/** A schedule from its JSON, by its type among those given; a function as it is. */
export function scheduleFrom(
  given: Schedule | ScheduleSpec,
  definitions: readonly PartDefinition<'schedule', null, Factor>[],
): Schedule {
  if (!isPartSpec('schedule', given)) return given;
  const factor = buildPart(given, null, definitions);
  const schedule = (step: number, steps: number, validations: Validations = []) => factor(step, steps, validations);
  return Object.assign(schedule, { spec: given });
}
