import { DiffeoError } from '@diffeo/core';
import { describe, test } from 'vitest';
import { type CheckResult, runCheck } from '../plan/check.ts';
import type { Planned } from '../plan/plan.ts';
import type { Place } from '../trial/place.ts';

const list = (shape: readonly number[] | null): string => (shape ? `[${shape.join(', ')}]` : 'none');
const titleOf = ({ config, backend, eventShape, contextShape }: Place): string =>
  `${config && Object.keys(config).length ? `${JSON.stringify(config)}, ` : ''}event shape ${list(eventShape)}, context ${list(contextShape)}, ${backend}`;

function demand({ passed, message }: CheckResult): void {
  if (!passed) throw new DiffeoError('CHECK', message);
}

/** Describes one test for each check, by place. */
export function describePlan(planned: readonly Planned[]): void {
  describe(planned[0]?.type ?? 'nothing', () => {
    for (const { place, refused, checks } of planned) {
      describe(titleOf(place), () => {
        if (refused) test(refused.name, () => demand(refused));
        for (const { check, subject } of checks) {
          test(check.name, async () => demand(await runCheck(check, subject)));
        }
      });
    }
  });
}
