const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for the inside of an element or an attribute. */
export const escapeHtml = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Cs}]/gu, '\ufffd').replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);

/** A table; cells are HTML. Numbers stand at the right. */
export function htmlTable(
  heads: readonly { readonly text: string; readonly isNumber?: boolean }[],
  rows: readonly (readonly string[])[],
): string {
  const kind = (i: number): string => (heads[i]?.isNumber ? ' class="n"' : '');
  const head = heads.map(({ text }, i) => `<th scope="col"${kind(i)}>${escapeHtml(text)}</th>`).join('');
  const body = rows
    .map((cells) => `<tr>${cells.map((cell, i) => `<td${kind(i)}>${cell}</td>`).join('')}</tr>`)
    .join('\n');
  return `<div class="wide" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

/** A picture with words below it; both are HTML. */
export const figure = (svg: string, caption = ''): string =>
  `<figure>${svg}${caption === '' ? '' : `<figcaption>${caption}</figcaption>`}</figure>`;

/** A part of the page. */
export const section = (id: string, title: string, ...content: readonly string[]): string =>
  `<section aria-labelledby="${id}"><h2 id="${id}">${escapeHtml(title)}</h2>\n${content.filter((part) => part !== '').join('\n')}\n</section>`;
