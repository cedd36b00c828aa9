import { type Call, type Flow, type FlowParams, flow, type Shape, type Spec, sizeOf, uniformBox } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Interval, Settings } from '../options.ts';
import { leafLayers } from './nested-specs.ts';
import type { PartKind, Place } from './place.ts';
import type { Side } from './points.ts';
import { type Tolerances, tolerances } from './tolerance.ts';
import { unheld } from './unheld-base.ts';

/** One function of the part that takes a batch and gives a row of each output for each row. */
export interface RowMap extends Side {
  readonly name: 'forward' | 'inverse' | 'logProb';
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
  /** What the part computes: both directions of a layer, or the one that it has; the log-density of a base. */
  readonly maps: readonly RowMap[];
  /** The data's side. */
  readonly data: Side;
  /** How many layers deep the part is; 1 for a single layer or a base. */
  readonly depth: number;
  readonly tolerances: Tolerances;
}

/** Whether there is a way there and a way back. */
export const hasBothDirections = ({ maps }: Subject): boolean => maps.length === 2;

/** The map that undoes another; call it where there are both directions. */
export const opposite = ({ maps }: Subject, map: RowMap): RowMap => maps.find((other) => other !== map) as RowMap;

/** Whether the likelihood can be computed. */
export const hasLikelihood = ({ settings }: Subject): boolean => settings.capabilities.lacks !== 'inverse';

/** Whether samples can be drawn. */
export const hasSamples = ({ settings }: Subject): boolean => settings.capabilities.lacks !== 'forward';

/** A direction of a layer as a map, whether the layer has it or not. */
export function directionOf(model: Flow, direction: 'forward' | 'inverse', { domain, baseDomain }: Settings): RowMap {
  const { bijector, baseShape, eventShape } = model;
  const [from, to] = direction === 'forward' ? [baseShape, eventShape] : [eventShape, baseShape];
  return {
    name: direction,
    rowShape: from,
    interval: direction === 'forward' ? baseDomain : domain,
    outputs: [
      { name: 'value', rowShape: to },
      { name: 'logDet', rowShape: [] },
    ],
    run: ({ layers }, point, call) => {
      const { value, logDet } = bijector[direction](layers, point, call);
      return [value, logDet];
    },
  };
}

const layerMaps = (model: Flow, settings: Settings): readonly RowMap[] =>
  (['forward', 'inverse'] as const)
    .filter((direction) => direction !== settings.capabilities.lacks)
    .map((direction) => directionOf(model, direction, settings));

const baseMaps = (model: Flow, { domain }: Settings): readonly RowMap[] => [
  {
    name: 'logProb',
    rowShape: model.eventShape,
    interval: domain,
    outputs: [{ name: 'logProb', rowShape: [] }],
    run: (params, point, call) => [model.logProb(params, point, call)],
  },
];

/** Where data lie by what a layer says of itself; `null` where it doesn't say, and where it is the whole line. */
function supportOf({ bijector: { support } }: Flow, kind: PartKind): Interval | null {
  const interval = kind === 'layer' && support !== undefined && support !== 'kept' ? support.codomain : null;
  return interval?.some(Number.isFinite) ? interval : null;
}

/** Builds a part at a place. Throws whatever the part's definition throws. */
export function buildSubject(spec: Spec<PartKind>, place: Place, settings: Settings): Subject {
  const { eventShape, contextShape } = place;
  const { $kind: kind } = spec;
  const { baseDomain, amplification, capabilities } = settings;
  const model =
    kind === 'base'
      ? flow({ eventShape, contextShape, layers: [], base: spec as Spec<'base'> })
      : flow({
          eventShape,
          contextShape,
          layers: [spec as Spec<'layer'>],
          ...(baseDomain && { base: unheld({ base: uniformBox({ low: baseDomain[0], high: baseDomain[1] }) }) }),
        });
  const domain = settings.domain ?? supportOf(model, kind);
  const known = { ...settings, domain };
  const depth = leafLayers(spec);
  return {
    kind,
    spec,
    place,
    settings: known,
    model,
    depth,
    maps: kind === 'base' ? baseMaps(model, known) : layerMaps(model, known),
    data: { rowShape: eventShape, interval: domain },
    tolerances: tolerances(sizeOf(eventShape), depth, amplification, capabilities.iterates?.tolerance),
  };
}
