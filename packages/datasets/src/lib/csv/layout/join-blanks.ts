/**
 * Text in which one blank stands for any number of blanks and tabs, and none at the ends of lines. What stands in quotes
 * stays as it is.
 */
export async function* joinBlanks(text: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let inQuotes = false;
  let kept = '';
  const joined = (part: string): string => part.replace(/[ \t]+/g, ' ').replace(/ ?(\r\n|\n|\r) ?/g, '$1');
  function convert(whole: string): string {
    const parts = whole.split('"');
    return parts
      .map((part, i) => {
        if (i > 0) inQuotes = !inQuotes;
        return inQuotes ? part : joined(part);
      })
      .join('"');
  }
  let isFirst = true;
  for await (const piece of text) {
    const whole = kept + piece;
    // What stands at the end may go on in the next piece.
    let end = whole.length;
    while (end > 0 && ' \t\r\n'.includes(whole[end - 1] as string)) end--;
    kept = whole.slice(end);
    const now = whole.slice(0, end);
    if (now === '') continue;
    yield isFirst ? convert(now).replace(/^ /, '') : convert(now);
    isFirst = false;
  }
  if (kept.trim() !== '' || kept.includes('\n')) yield '\n';
}
