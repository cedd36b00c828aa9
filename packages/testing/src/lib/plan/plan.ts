import { DiffeoError, type Spec } from '@diffeo/core';
import { builds } from '../checks/contract/builds.ts';
import type { Settings } from '../options.ts';
import { type PartKind, type Place, placesOf, type Source, specAt } from '../trial/place.ts';
import { buildSubject, type Subject } from '../trial/subject.ts';
import { type Check, type CheckResult, explain, messageOf } from './check.ts';
import { failed } from './outcome.ts';

/** What is to be done at one place. */
export interface Planned {
  /** The part's type. */
  readonly type: string;
  readonly place: Place;
  /** The checks that apply here; none where the part could not be built. */
  readonly checks: readonly { readonly check: Check; readonly subject: Subject }[];
  /** Why it could not be built; else `null`. */
  readonly refused: CheckResult | null;
}

function planAt(spec: Spec<PartKind>, place: Place, checks: readonly Check[], settings: Settings): Planned {
  const { $type: type, $kind: kind } = spec;
  try {
    const subject = buildSubject(spec, place, settings);
    const applying = checks.filter((check) => check.applies?.(subject) ?? true);
    return { type, place, checks: applying.map((check) => ({ check, subject })), refused: null };
  } catch (error) {
    const outcome = failed(explain(builds, type, kind, place)(`It threw ${messageOf(error)}`));
    return { type, place, checks: [], refused: { name: builds.name, place, ...outcome } };
  }
}

/**
 * Builds a source everywhere and lists the checks that apply there. Makes no tensors and needs no backend.
 *
 * @throws DiffeoError `CONFIG` when `only` names a check that there is not or the definition refuses its configuration,
 * `SPEC` when the source is of another kind.
 */
export function plan(
  source: Source<PartKind>,
  kind: PartKind,
  checks: readonly Check[],
  settings: Settings,
): readonly Planned[] {
  const { only } = settings;
  const unknown = only?.find((name) => checks.every((check) => check.name !== name));
  if (unknown !== undefined) {
    const names = checks.map(({ name }) => name).join(', ');
    throw new DiffeoError('CONFIG', `there is no check '${unknown}'; the checks are: ${names}`);
  }
  const chosen = checks.filter(({ name }) => only?.includes(name) ?? true);
  return placesOf(source, settings).map((place) => planAt(specAt(source, kind, place), place, chosen, settings));
}
