import {
  type Call,
  type Definition,
  DiffeoError,
  type Flow,
  type FlowParams,
  flow,
  type Seed,
  type Shape,
  type Spec,
  sizeOf,
  uniformBox,
} from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { leafLayers } from './nested-specs.ts';
import type { Interval, Settings } from './options.ts';
import { type Tolerances, tolerances } from './tolerance.ts';

/** The kinds of part that the kit checks. */
export type PartKind = 'layer' | 'base';

/** A layer or base to check: its spec, its definition where it needs no configuration, or a function of the event shape. */
export type Source<K extends PartKind> = Spec<K> | Definition<K> | ((eventShape: Shape) => Spec<K>);

/** Where a check ran. With the source, all that is needed to run it again. */
export interface Place {
  readonly backend: string;
  readonly eventShape: Shape;
  readonly contextShape: Shape | null;
  readonly seed: Seed;
}

/** One function of the part that takes a batch and gives a row of each output for each row. */
export interface RowMap {
  readonly name: 'forward' | 'inverse' | 'logProb';
  /** The shape of one row of the input. */
  readonly rowShape: Shape;
  /** Where the input's numbers lie; `null`: anywhere. */
  readonly interval: Interval | null;
  /** The outputs in order, each with the shape of one row. */
  readonly outputs: readonly { readonly name: string; readonly rowShape: Shape }[];
  run(params: FlowParams, point: Tensor, call: Call): readonly Tensor[];
}

/** A part built at one place, as a flow that holds nothing else. It has no tensors yet. */
export interface Subject {
  readonly kind: PartKind;
  readonly spec: Spec<PartKind>;
  readonly place: Place;
  readonly settings: Settings;
  readonly model: Flow;
  readonly maps: readonly RowMap[];
  /** How many layers deep the part is; 1 for a single layer or a base. */
  readonly depth: number;
  readonly tolerances: Tolerances;
}

/**
 * The spec that a source stands for.
 *
 * @throws DiffeoError `SPEC` when it is one of another kind.
 */
export function specFrom(source: Source<PartKind>, kind: PartKind, eventShape: Shape): Spec<PartKind> {
  const spec = typeof source !== 'function' ? source : 'restore' in source ? source() : source(eventShape);
  if (spec?.$kind === kind) return spec;
  throw new DiffeoError(
    'SPEC',
    `expected a ${kind}: its spec, its definition, or a function of the event shape that returns its spec; got ${spec?.$kind ?? typeof spec}`,
  );
}

/** Every combination of shapes and backends, backends outermost. */
export const placesOf = ({ backends, eventShapes, contextShapes, seed }: Settings): readonly Place[] =>
  backends.flatMap((backend) =>
    eventShapes.flatMap((eventShape) =>
      contextShapes.map((contextShape) => ({ backend, eventShape, contextShape, seed })),
    ),
  );

function layerMaps({ bijector, baseShape, eventShape }: Flow, { domain, baseDomain }: Settings): readonly RowMap[] {
  const outputs = (rowShape: Shape) => [
    { name: 'value', rowShape },
    { name: 'logDet', rowShape: [] },
  ];
  const run = (direction: 'forward' | 'inverse'): RowMap['run'] => {
    return ({ layers }, point, call) => {
      const { value, logDet } = bijector[direction](layers, point, call);
      return [value, logDet];
    };
  };
  return [
    {
      name: 'forward',
      rowShape: baseShape,
      interval: baseDomain,
      outputs: outputs(eventShape),
      run: run('forward'),
    },
    { name: 'inverse', rowShape: eventShape, interval: domain, outputs: outputs(baseShape), run: run('inverse') },
  ];
}

const baseMaps = (model: Flow, { domain }: Settings): readonly RowMap[] => [
  {
    name: 'logProb',
    rowShape: model.eventShape,
    interval: domain,
    outputs: [{ name: 'logProb', rowShape: [] }],
    run: (params, point, call) => [model.logProb(params, point, call)],
  },
];

/** Builds a part at a place. Throws whatever the part's definition throws. */
export function buildSubject(spec: Spec<PartKind>, place: Place, settings: Settings): Subject {
  const { eventShape, contextShape } = place;
  const { $kind: kind } = spec;
  const { baseDomain } = settings;
  const model =
    kind === 'base'
      ? flow({ eventShape, contextShape, layers: [], base: spec as Spec<'base'> })
      : flow({
          eventShape,
          contextShape,
          layers: [spec as Spec<'layer'>],
          ...(baseDomain && { base: uniformBox({ low: baseDomain[0], high: baseDomain[1] }) }),
        });
  const depth = leafLayers(spec);
  return {
    kind,
    spec,
    place,
    settings,
    model,
    depth,
    maps: kind === 'base' ? baseMaps(model, settings) : layerMaps(model, settings),
    tolerances: tolerances(sizeOf(eventShape), depth, settings.amplification),
  };
}
