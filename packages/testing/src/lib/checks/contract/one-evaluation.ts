import type { Call, Definition, Network, NetworkFor, Site } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Check } from '../../plan/check.ts';
import { failed, passed } from '../../plan/outcome.ts';
import { evaluate, hostGradients } from '../../trial/evaluate.ts';
import { holdsNetworks, relinked } from '../../trial/nested-specs.ts';
import { buildSubject, type RowMap } from '../../trial/subject.ts';
import { drawPoints, type Trial } from '../../trial/trial.ts';

/** How often each network that was built has been applied. */
type Counts = number[];

/** The same definition of a network, whose networks count. */
function counting(definition: Definition, counts: Counts): Definition {
  if (definition.kind !== 'network') return definition;
  const build = (config: object, site: Site): NetworkFor => {
    const networkFor = definition.build(config, site) as NetworkFor;
    return (inputShape, outputShape): Network => {
      const network = networkFor(inputShape, outputShape);
      const at = counts.push(0) - 1;
      return {
        ...network,
        apply: (params: unknown, x: Tensor, call: Call) => {
          counts[at] = (counts[at] as number) + 1;
          return network.apply(params, x, call);
        },
      };
    };
  };
  return Object.assign((config?: object) => definition(config), definition, { build }) as Definition;
}

/**
 * The networks are what a layer's time goes into: value and logDet come from one evaluation of each. A layer that runs one
 * as a part of something larger, and so does not ask it at all, is right too.
 */
export const oneEvaluation: Check = {
  name: 'one-evaluation',
  holds: 'a call evaluates no network inside more than once, and neither does its gradient',
  allows: '–',
  applies: ({ kind, spec }) => kind === 'layer' && holdsNetworks(spec),
  run: (trial) => {
    const { place, settings, params } = trial;
    const counts: Counts = [];
    const spec = relinked(trial.spec, (definition) => counting(definition, counts));
    const subject: Trial = { ...buildSubject(spec, place, settings), params };
    const iterated = settings.capabilities.iterates?.direction;
    const closed = subject.maps.filter(({ name }) => iterated !== 'both' && name !== iterated);
    for (const map of closed) {
      const points = drawPoints(subject, map, settings.rows, 'one-evaluation');
      const calls: readonly [string, (map: RowMap) => unknown][] = [
        [map.name, () => evaluate(subject, map, points)],
        [`the gradient of ${map.name}`, () => hostGradients(subject, map, points)],
      ];
      for (const [what, run] of calls) {
        counts.fill(0);
        run(map);
        const most = Math.max(0, ...counts);
        if (most <= 1) continue;
        return failed(`One call of ${what}: expected 1 evaluation of each network inside and got ${most}`);
      }
    }
    return passed(`${counts.length} networks, none evaluated more than once a call`);
  },
};
