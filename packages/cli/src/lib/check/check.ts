import { DiffeoError, type Seed } from '@diffeo/core';
import { oneLine } from '@diffeo/core/arguments';
import { checkPart, listChecks, type PartKind, type PartReport, partsOf } from '@diffeo/testing';
import { stopIfCancelled } from '../terminal/interruption.ts';
import { say } from '../terminal/say.ts';
import { printResult } from '../terminal/standard-streams.ts';
import { type CheckBackend, registerBackends } from './check-backends.ts';
import { importPackage } from './check-package.ts';
import { checkReport, counts, failureLines, partPassed, partText } from './check-report.ts';

/** What to check. */
export interface CheckCommand {
  readonly package: string;
  readonly only: readonly string[] | undefined;
  /** `undefined`: both. */
  readonly backend: CheckBackend | undefined;
  readonly seed: Seed | undefined;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/** The names of the checks to run on a kind of part, or `undefined` for all. */
const chosenFor = (kind: PartKind, only: readonly string[] | undefined): readonly string[] | undefined =>
  only && listChecks(kind).flatMap(({ name }) => (only.includes(name) ? [name] : []));

function requireKnown(only: readonly string[]): void {
  const known = new Set([...listChecks('layer'), ...listChecks('base')].map(({ name }) => name));
  const unknown = only.find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new DiffeoError('USAGE', `--only: there is no check '${unknown}'; the checks are ${[...known].join(', ')}`);
}

/**
 * Runs the conformance kit on the layers and base distributions that a package exports and prints a report: the results
 * on stdout, what failed and how on stderr.
 *
 * @throws DiffeoError `CHECK` when a check failed; `PACKAGE` when the package is not there or has nothing to check;
 * `USAGE` for a check that there is not; `CANCELLED`.
 */
export async function check({ package: name, only, backend, seed, json, signal }: CheckCommand): Promise<void> {
  if (only) requireKnown(only);
  const backends: readonly CheckBackend[] = backend ? [backend] : ['cpu', 'wasm'];
  await registerBackends(backends);
  const { parts, others } = partsOf(await importPackage(name, process.cwd()), name);
  const reports: PartReport[] = [];
  for (const part of parts) {
    const chosen = chosenFor(part.definition.kind, only);
    if (chosen?.length === 0) continue;
    const options = { backends, ...(chosen && { only: chosen }), ...(seed !== undefined && { seed }) };
    const report = await checkPart(part, { ...options, pause: () => stopIfCancelled(signal) });
    reports.push(report);
    if (json) continue;
    await printResult(`${partText(report)}\n`);
    for (const line of failureLines(report)) say(oneLine(line));
  }
  const { passed, failed } = counts(reports);
  if (passed + failed === 0) {
    throw new DiffeoError(
      'USAGE',
      `nothing in ${name} has anything to do with ${only?.join(', ')}: nothing was checked`,
    );
  }
  if (json) {
    await printResult(`${JSON.stringify(checkReport(name, reports, others))}\n`);
  } else {
    const kinds = others.map(({ type, kind }) => `${type} (${kind})`);
    if (kinds.length > 0) await printResult(`Not checked: ${kinds.join(', ')}\n`);
    await printResult(`${passed} checks passed, ${failed} failed\n`);
  }
  if (failed === 0) return;
  const broken = reports.filter((report) => !partPassed(report)).map(({ type }) => type);
  throw new DiffeoError('CHECK', `${failed} of ${passed + failed} checks failed: ${broken.join(', ')}`);
}
