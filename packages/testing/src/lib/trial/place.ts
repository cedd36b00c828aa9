import { type Definition, DiffeoError, type Seed, type Shape, type Spec } from '@diffeo/core';
import type { Settings } from '../options.ts';

/** The kinds of part that the kit checks. */
export type PartKind = 'layer' | 'base';

/** A layer or base to check: its spec, its definition, or a function of the event shape that returns its spec. */
export type Source<K extends PartKind> = Spec<K> | Definition<K> | ((eventShape: Shape) => Spec<K>);

/** Where a check ran. With the source, all that is needed to run it again. */
export interface Place {
  readonly backend: string;
  readonly eventShape: Shape;
  readonly contextShape: Shape | null;
  readonly seed: Seed;
  /** What the definition was called with; `null` where the source is a spec already. */
  readonly config: object | null;
}

const isDefinition = <K extends PartKind>(source: Source<K>): source is Definition<K> =>
  typeof source === 'function' && 'restore' in source;

/**
 * The spec that a source stands for at a place.
 *
 * @throws DiffeoError `SPEC` when it is one of another kind; `CONFIG` when the definition refuses its configuration.
 */
export function specAt(source: Source<PartKind>, kind: PartKind, { config, eventShape }: Place): Spec<PartKind> {
  const spec = isDefinition(source) ? source(config ?? {}) : typeof source === 'function' ? source(eventShape) : source;
  if (spec?.$kind === kind) return spec;
  throw new DiffeoError(
    'SPEC',
    `expected a ${kind}: its spec, its definition, or a function of the event shape that returns its spec; got ${spec?.$kind ?? typeof spec}`,
  );
}

/**
 * Every combination of configurations, shapes and backends, configurations outermost.
 *
 * @throws DiffeoError `CONFIG` when there are configurations and no definition to configure.
 */
export function placesOf(source: Source<PartKind>, settings: Settings): readonly Place[] {
  const { configs, backends, eventShapes, contextShapes, seed } = settings;
  const configurable = isDefinition(source);
  if (!configurable && (configs.length > 1 || Object.keys(configs[0] ?? {}).length > 0)) {
    throw new DiffeoError('CONFIG', 'configs are for a definition, which is called with each; got what is configured');
  }
  const given = configurable ? configs : [null];
  return given.flatMap((config) =>
    backends.flatMap((backend) =>
      eventShapes.flatMap((eventShape) =>
        contextShapes.map((contextShape) => ({ backend, eventShape, contextShape, seed, config })),
      ),
    ),
  );
}
