export type Delimiter = ',' | ';' | '\t';

const delimiters: readonly Delimiter[] = [',', ';', '\t'];

/**
 * Detects the delimiter from the header line: the one that gives most known titles, else the one that gives most cells.
 * @param known counts how many texts are titles of the dataset.
 */
export function sniffDelimiter(headerLine: string, known: (cells: readonly string[]) => number): Delimiter {
  const scored = delimiters.map((delimiter) => {
    const cells = cellsOf(headerLine, delimiter);
    return { delimiter, score: known(cells) * 10_000 + cells.length };
  });
  return scored.reduce((best, next) => (next.score > best.score ? next : best)).delimiter;
}

/** Excel's hint, a first line `sep=;`, which Excel does not show as a row. */
export const separatorLine = /^"?sep=([,;\t])"?\r?\n/;

function cellsOf(line: string, delimiter: Delimiter): string[] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    else if (character === delimiter && !quoted) {
      cells.push(cell);
      cell = '';
    } else cell += character;
  }
  return [...cells, cell];
}

/** The index at which the header line ends, outside quotes; -1 if the text does not contain its end. */
export function endOfFirstLine(text: string): number {
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '\n' || character === '\r')) return at;
  }
  return -1;
}
