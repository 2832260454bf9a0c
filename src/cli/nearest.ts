/** The word that was probably meant: the nearest by edits, if few enough of its letters differ. */
export function nearest(typed: string, words: Iterable<string>): string | undefined {
  let best: { readonly word: string; readonly edits: number } | undefined;
  for (const word of words) {
    const edits = distance(typed, word);
    const few = word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3));
    if (edits <= few && edits < (best?.edits ?? Number.POSITIVE_INFINITY)) {
      best = { word, edits };
    }
  }
  return best?.word;
}

/** Levenshtein's: how many letters have to be added, left out or replaced. */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let at = 1; at <= b.length; at += 1) {
      const kept = (above[at - 1] ?? 0) + (a[row - 1] === b[at - 1] ? 0 : 1);
      current.push(Math.min(kept, (above[at] ?? 0) + 1, (current[at - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[b.length] ?? 0;
}
