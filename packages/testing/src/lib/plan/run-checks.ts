import { getBackend } from '@tensorflow/tfjs-core';
import type { Settings } from '../options.ts';
import { useBackend } from '../trial/backend.ts';
import type { PartKind, Source } from '../trial/place.ts';
import { type Check, type CheckResult, type Report, runCheck } from './check.ts';
import { plan } from './plan.ts';

/** Runs checks on a source everywhere that the settings name, and leaves the backend as it was. */
export async function runChecks(
  source: Source<PartKind>,
  kind: PartKind,
  checks: readonly Check[],
  settings: Settings,
): Promise<Report> {
  const before = getBackend();
  const [first] = settings.backends;
  if (first) await useBackend(first);
  const planned = plan(source, kind, checks, settings);
  const results: CheckResult[] = [];
  for (const { refused, checks: applying } of planned) {
    if (refused) results.push(refused);
    for (const { check, subject } of applying) results.push(await runCheck(check, subject));
  }
  if (before) await useBackend(before);
  return { name: planned[0]?.type ?? '', passed: results.every(({ passed }) => passed), checks: results };
}
