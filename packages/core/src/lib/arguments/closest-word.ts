/** Longer words are not a misspelling of a short one. */
const maxLength = 40;

/** How many letters have to be put in, taken out, replaced, or exchanged with their neighbour (Damerau 1964). */
function distance(a: string, b: string): number {
  let [before, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const [left, above, corner] = [row[j - 1], last[j], last[j - 1]] as [number, number, number];
      let least = Math.min(left + 1, above + 1, corner + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (before[j - 2] as number) + 1);
      }
      row.push(least);
    }
    [before, last] = [last, row];
  }
  return last[b.length] as number;
}

const bare = (word: string): string => word.toLowerCase().replaceAll(/[-_ ]/g, '');

/** The word of a list that somebody may have meant by another, or `undefined` where none is near. */
export function closestWord(word: string, words: readonly string[]): string | undefined {
  if (word.length > maxLength) return undefined;
  const given = bare(word);
  let [found, least]: [string | undefined, number] = [undefined, Math.ceil(given.length / 3) + 1];
  for (const candidate of words) {
    const known = bare(candidate);
    // A word cut short, or a part of one, is near too.
    const isPart = given.length >= 4 && (known.startsWith(given) || known.endsWith(given));
    const steps = isPart ? Math.min(1, distance(given, known)) : distance(given, known);
    if (steps < least) [found, least] = [candidate, steps];
  }
  return found;
}

/** `; did you mean 'steps'?`, or nothing. */
export function didYouMean(word: string, words: readonly string[]): string {
  const found = closestWord(word, words);
  return found === undefined ? '' : `; did you mean '${found}'?`;
}
