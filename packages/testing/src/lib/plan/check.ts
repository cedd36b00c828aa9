import { useBackend } from '../trial/backend.ts';
import type { Place } from '../trial/place.ts';
import type { Subject } from '../trial/subject.ts';
import { type Trial, withTrial } from '../trial/trial.ts';
import { failed, type Outcome } from './outcome.ts';

/** One thing that must hold of a part. */
export interface Check {
  /** Kebab case; failures, `only` and negative controls name it. */
  readonly name: string;
  /** What must hold, as a sentence. */
  readonly holds: string;
  /** How far off it may be, in words; for the list of checks. */
  readonly allows: string;
  /** Whether there is anything to check. Default: always. */
  applies?(subject: Subject): boolean;
  run(trial: Trial): Outcome | Promise<Outcome>;
}

/** What a check found, and where. */
export interface CheckResult extends Outcome {
  readonly name: string;
  readonly place: Place;
}

/** What the kit found out about a part. */
export interface Report {
  /** The part's type. */
  readonly name: string;
  readonly passed: boolean;
  readonly checks: readonly CheckResult[];
}

const list = (shape: readonly number[] | null): string => (shape ? `[${shape.join(', ')}]` : 'null');

const isConfigured = (config: object | null): config is object => config !== null && Object.keys(config).length > 0;

/** How to run one check at one place again. */
function repetition(name: string, kind: Subject['kind'], place: Place): string {
  const { backend, eventShape, contextShape, seed, config } = place;
  const call = kind === 'layer' ? 'checkLayer' : 'checkBase';
  const options = [
    `only: ['${name}']`,
    ...(isConfigured(config) ? [`configs: [${JSON.stringify(config)}]`] : []),
    `eventShapes: [${list(eventShape)}]`,
    `contextShapes: [${list(contextShape)}]`,
    `backends: ['${backend}']`,
    `seed: ${seed}`,
  ];
  return `Repeat with ${call}(…, { ${options.join(', ')} }) and the other options as they are.`;
}

/** A failure in full: the part, the check, what came, where, and how to repeat it. */
export function explain(check: Pick<Check, 'name' | 'holds'>, type: string, kind: Subject['kind'], place: Place) {
  return (found: string): string =>
    `${type} fails '${check.name}' (${check.holds}). ${found.replace(/\.$/, '')}. ` +
    `${isConfigured(place.config) ? `Configuration ${JSON.stringify(place.config)}, event` : 'Event'} shape ${list(place.eventShape)}, context shape ${list(place.contextShape)}, backend ${place.backend}, ` +
    `seed ${place.seed}. ${repetition(check.name, kind, place)}`;
}

/** What an error says, with the name of its class or its code. */
export const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { code = error.name } = error as { code?: string };
  return `${code}: ${error.message}`;
};

/** Runs one check on its backend, with parameters of its own. A part that throws has failed. */
export async function runCheck(check: Check, subject: Subject): Promise<CheckResult> {
  const { place, spec, kind } = subject;
  await useBackend(place.backend);
  const outcome = await withTrial(subject, check.run).catch((error: unknown) => failed(`It threw ${messageOf(error)}`));
  const message = outcome.passed ? outcome.message : explain(check, spec.$type, kind, place)(outcome.message);
  return { name: check.name, place, ...outcome, message };
}
