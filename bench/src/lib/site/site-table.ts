import { textTable } from '../text-table.ts';
import type { SiteResult } from './measure-site.ts';

/** The result for people, beside what is wanted. */
export function siteTable({ landing, nodeStepsPerSecond, pageBesideNode }: SiteResult): string {
  const rows: readonly (readonly [string, string, string])[] = [
    ['scripts before a click', `${landing.scriptsBefore.toFixed(1)} kB`, '≤ 40 kB'],
    ['everything before a click', `${landing.allBefore.toFixed(1)} kB`, ''],
    ['fetched by the click', `${landing.afterClick.toFixed(1)} kB`, '≤ 300 kB'],
    ['first paint with content', `${landing.firstPaint.toFixed(0)} ms`, ''],
    ['largest paint', `${landing.largestPaint.toFixed(0)} ms`, ''],
    ['layout shift', landing.layoutShift.toFixed(3), '< 0.1'],
    ['long tasks beyond 50 ms', `${landing.blocked.toFixed(0)} ms`, ''],
    ['the same while it trains', `${landing.blockedInTraining.toFixed(0)} ms`, '0'],
    ['from the click to the first step', `${landing.firstStep.toFixed(0)} ms`, '≤ 500 ms'],
    ['steps a frame', landing.stepsPerFrame.toFixed(1), '≥ 15'],
    ['frames a second', landing.framesPerSecond.toFixed(1), '60'],
    ['steps a second in the page', landing.stepsPerSecond.toFixed(0), ''],
    ['steps a second in Node', nodeStepsPerSecond.toFixed(0), ''],
    ['page / Node', pageBesideNode.toFixed(2), ''],
  ];
  return textTable(
    [
      { heading: 'the landing page', align: 'left' },
      { heading: 'median', align: 'right' },
      { heading: 'wanted', align: 'right' },
    ],
    rows,
  );
}
