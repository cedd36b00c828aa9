import { shortNumber } from '../facts/cell-text.ts';
import type { ReportFacts } from '../facts/report-facts.ts';

/** One thing that a reader wants to know first. */
export interface Verdict {
  readonly question: string;
  readonly answer: string;
  readonly detail: string;
  /** `open`: too few rows, or nothing to compare with. */
  readonly is: 'good' | 'bad' | 'open';
}

/** So few rows cannot tell much. */
const fewRows = 100;

/** Below this a difference that great by chance is not believed. */
export const significance = 0.01;

/** A probability for people. */
export const probability = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(p < 0.01 ? 3 : 2)}`);

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${shortNumber(Math.abs(value), 3)}`;

/** What is said of one, two and three that the model is ahead of, or not behind. */
const answers = [
  ['Ahead of it', 'Not behind it'],
  ['Ahead of both', 'Behind none of the two'],
  ['Ahead of all three', 'Behind none of the three'],
] as const;

function besideOthers({ compared, notCompared }: ReportFacts): Verdict {
  const question = 'Is it better than simpler densities?';
  if (notCompared !== null) return { question, answer: 'Not compared', detail: notCompared, is: 'open' };
  const clearly = ({ clipped, worse }: (typeof compared)[number]['difference']): number =>
    worse ? -1 : clipped.mean > 2 * clipped.standardError ? 1 : 0;
  const places = compared.map(({ difference }) => clearly(difference));
  const detail = compared.map(({ name, difference }) => `${name} ${signed(difference.clipped.mean)}`).join(', ');
  const worse = compared.filter((_, i) => places[i] === -1).map(({ name }) => name);
  if (worse.length > 0) {
    return {
      question,
      answer: `Behind the ${worse.join(' and the ')}`,
      detail: `Nats a row ahead of: ${detail}`,
      is: 'bad',
    };
  }
  const isAhead = places.every((place) => place === 1);
  const [ahead, notBehind] = answers[places.length - 1] ?? answers[2];
  const answer = isAhead ? ahead : notBehind;
  return { question, answer, detail: `Nats a row ahead of: ${detail}`, is: 'good' };
}

function coverageVerdict({ coverage, scores }: ReportFacts): Verdict {
  const question = 'Do its regions hold as many rows as they say?';
  const wrong = coverage.filter(({ isExpected }) => !isExpected);
  const detail = coverage
    .map(({ level, share }) => `${Math.round(100 * level)} %: ${(100 * share).toFixed(1)} %`)
    .join(', ');
  if (wrong.length > 0) {
    const tooMany = wrong.every(({ share, level }) => share > level);
    const answer = tooMany
      ? 'They hold too many: too wide'
      : wrong.every(({ share, level }) => share < level)
        ? 'They hold too few: too narrow'
        : 'Not all of them';
    return { question, answer, detail, is: 'bad' };
  }
  return { question, answer: 'As many as expected', detail, is: scores.count < fewRows ? 'open' : 'good' };
}

function samplesVerdict({ energy }: ReportFacts): Verdict {
  const question = 'Can samples be told from rows?';
  const isTold = energy.pValue < significance;
  const few = energy.counts[0] < fewRows ? `; ${energy.counts[0]} rows tell little` : '';
  return {
    question,
    answer: isTold ? 'Yes' : 'Not by the energy distance',
    detail: `${probability(energy.pValue)}, by dealing rows and samples out anew${few}`,
    is: isTold ? 'bad' : few === '' ? 'good' : 'open',
  };
}

function columnsVerdict({ calibration, columns }: ReportFacts): Verdict {
  const question = 'Is each column spread as it should be?';
  // Of many columns one is off by chance (Bonferroni).
  const wrong = calibration.flatMap(({ pValue }, i) =>
    pValue * columns.length < significance ? [columns[i]?.name ?? ''] : [],
  );
  const listed = wrong.length > 3 ? `${wrong.slice(0, 3).join(', ')} and ${wrong.length - 3} more` : wrong.join(', ');
  if (wrong.length > 0)
    return {
      question,
      answer: `Not ${listed}`,
      detail: 'Kolmogorov and Smirnov’s test of each column, corrected for their number',
      is: 'bad',
    };
  const detail =
    columns.length === 1
      ? 'Kolmogorov and Smirnov’s test'
      : `Kolmogorov and Smirnov’s test of each of ${columns.length} columns`;
  return { question, answer: 'Nothing speaks against it', detail, is: 'good' };
}

/** The answers that stand first. */
export function verdicts(facts: ReportFacts): readonly Verdict[] {
  const { scores, rowsAre } = facts;
  const likelihood: Verdict = {
    question: rowsAre === 'other' ? 'How likely are the rows?' : 'How likely are rows that it has not seen?',
    answer: `${shortNumber(-scores.nll, 5)} ± ${shortNumber(scores.standardError, 2)} nats a row`,
    detail: `median ${shortNumber(-scores.median, 5)}; ${scores.count.toLocaleString('en')} rows`,
    is: 'open',
  };
  return [likelihood, besideOthers(facts), coverageVerdict(facts), columnsVerdict(facts), samplesVerdict(facts)];
}
