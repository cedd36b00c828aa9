import { disposeParams, leaves } from '@diffeo/core';
import type { Check } from '../../plan/check.ts';
import { close, passed, worst } from '../../plan/outcome.ts';
import { evaluate } from '../../trial/evaluate.ts';
import { drawPoints, widthOf } from '../../trial/trial.ts';

/** Layers that claim it start as the identity, so that deep flows begin as their base. */
export const identityAtStart: Check = {
  name: 'identity-at-start',
  holds: 'with its initial parameters it is the identity, as it claims',
  allows: 'what it claims',
  applies: ({ settings }) => settings.capabilities.identityAtStart !== undefined,
  run: (trial) => {
    const { model, place, settings } = trial;
    const tolerance = settings.capabilities.identityAtStart as number;
    const params = model.init(place.seed);
    try {
      if (leaves(model.layout, params).some(({ leaf }) => leaf.fromData)) return passed('starts from data');
      return worst(
        trial.maps.flatMap((map) => {
          const points = drawPoints(trial, map, settings.rows, 'identity');
          const [value, logDet] = evaluate(trial, map, points, { params }) as [Float32Array, Float32Array];
          return [
            close({ what: `${map.name}.value`, actual: value, expected: points.values, tolerance, points }),
            close({
              ...{ what: `${map.name}.logDet`, actual: logDet, expected: new Float32Array(logDet.length) },
              ...{ tolerance: tolerance * widthOf(map), points },
            }),
          ];
        }),
      );
    } finally {
      disposeParams(model.layout, params);
    }
  },
};
