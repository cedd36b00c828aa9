import { densityName } from '../../model/density-name.ts';
import type { ReportFacts, ReportRows } from '../facts/report-facts.ts';
import { escapeHtml } from './html.ts';
import {
  calibrationSection,
  comparisonSection,
  listedNames,
  readSection,
  spreadSection,
  trainingSection,
  unlikelySection,
} from './sections.ts';
import { style } from './style.ts';
import { verdicts } from './verdicts.ts';

/** What a page of ours says of itself, so that nothing else is overwritten. */
export const generator = '<meta name="generator" content="diffeo report">';

/** What the rows are that the model is judged by. */
function judgedBy({ rowsAre, scores, rowsSeen, trainedOn }: ReportFacts): string {
  const count = scores.count.toLocaleString('en');
  if (rowsAre === 'held-out') {
    return `Judged by <b>${count} rows that were held out</b>: training saw the other ${rowsSeen?.toLocaleString('en')} and not these, as the checksum of the parts that is kept in the model shows.`;
  }
  if (rowsAre === 'fresh') return `Judged by <b>${count} fresh points</b> of the density.`;
  return `Judged by <b>all ${count} rows</b>. They are not the data that the model was trained on${trainedOn === null ? '' : ` (<code>${escapeHtml(trainedOn)}</code>)`}, or were changed since: <b>whether training saw some of these rows is not known</b>.`;
}

/** The page: one file that needs no other, no script and no network. */
export function reportPage(facts: ReportFacts, drawn: ReportRows): string {
  const { data, model, flow, parameters, writtenBy, warnings, columns, context } = facts;
  const name = data.slice(Math.max(data.lastIndexOf('/'), data.lastIndexOf('\\')) + 1);
  const answers = verdicts(facts).map(
    ({ question, answer, detail, is }) =>
      `<li class="${is}"><b>${escapeHtml(question)}</b><strong>${escapeHtml(answer)}</strong><span>${escapeHtml(detail)}</span></li>`,
  );
  const learned = parameters === 0 ? '' : `, ${parameters.toLocaleString('en')} learned numbers`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${generator}
<title>${escapeHtml(name)}: how good the density is</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(name)}</h1>
<p class="lead">${context.length > 0 ? `A density of ${listedNames(columns)} given ${listedNames(context)}` : 'A density of the table'}: ${escapeHtml(flow === null ? 'a flow' : densityName(flow).name)}${learned}. <code>${escapeHtml(model)}</code></p>
<p>${judgedBy(facts)}</p>
<ul class="verdicts">
${answers.join('\n')}
</ul>
${warnings.map(({ code, message }) => `<p class="warning"><b>${escapeHtml(code)}</b> ${escapeHtml(message)}</p>`).join('\n')}
</header>
<main>
${[
  spreadSection(facts, drawn),
  calibrationSection(facts, drawn),
  comparisonSection(facts),
  unlikelySection(facts),
  trainingSection(facts),
  readSection(facts),
].join('\n')}
</main>
<footer><p>Made by <code>diffeo report</code>${writtenBy === null ? '' : ` of a model of ${escapeHtml(writtenBy)}`}. Likelihoods are in nats and in the units of the data.</p></footer>
</body>
</html>
`;
}
