import { escapeHtml } from '../build/escape-html.ts';
import type { Output } from './output.ts';

/** What an example printed, as HTML: the same while the site is built and in the page. */
export const outputHtml = (output: Output): string => {
  switch (output.kind) {
    case 'text':
      return `<pre class="live-text">${escapeHtml(output.text)}</pre>`;
    case 'failure':
      return `<pre class="live-text live-failure">${escapeHtml(output.text)}</pre>`;
    case 'picture':
      return `<figure class="live-picture">${output.svg}</figure>`;
    case 'table': {
      const head = output.columns.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
      const rows = output.rows.map((row) => `<tr>${row.map((text) => `<td>${escapeHtml(text)}</td>`).join('')}</tr>`);
      return `<div class="live-table"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
    }
  }
};
