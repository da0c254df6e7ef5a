/** Rows below the data are at most so many. */
const LONGEST_FOOTER = 50;
/** A row of data fills more cells than a total line does. */
const MOST_FILLED = 0.5;

const count = String.raw`(?:no\.?|number|count|total)(?: of)?`;
const things = '(?:rows?|records?|cases?|entries|participants|people|clients|children|sessions|contacts)';
const number = String.raw`\d[\d,. ]*`;
const patterns = [
  '(?:grand |overall |sub ?-?)?totals?',
  `(?:${count} )?${things}(?: (?:exported|returned|found|selected|in total))? ?[:=]? ?(?:${number})?`,
  `${number} ${things}(?: (?:exported|returned|found|selected|in total))?`,
  `(?:row|record|case|entry) count ?[:=]? ?(?:${number})?`,
  'end of (?:the )?(?:report|file|data|export|list|extract)',
  String.raw`page \d+(?: of \d+)?`,
  String.raw`(?:report |file |data )?(?:run|generated|created|printed|produced|exported|extracted)(?: (?:on|at|by|from))?\b.{0,100}`,
  String.raw`(?:official|confidential|official ?- ?sensitive)`,
];
const footer = new RegExp(`^(?:${patterns.join('|')})$`, 'i');
const ornament = /^[\s*=#~_:.–—-]+|[\s*=#~_:.–—-]+$/g;

/** Whether a row says something about the rows above it: a total, a count, "End of report", or when a report was run. */
function isFooterRow(record: readonly string[], columns: number): boolean {
  const filled = record.filter((cell) => cell.trim() !== '');
  const [first] = filled;
  if (first === undefined || filled.length > Math.max(2, columns * MOST_FILLED)) return false;
  return footer.test(first.replace(ornament, ''));
}

const isBlank = (record: readonly string[]): boolean => record.every((cell) => cell.trim() === '');

/**
 * Leaves out the footer of an export. It can only be told at the end, since a row of data may look like one: so possible
 * footer rows are held back until a row of data follows.
 */
export class WithoutFooter {
  #rows = 0;

  /** Number of rows that were left out, without blank ones; valid once all batches are read. */
  get rows(): number {
    return this.#rows;
  }

  async *batches(
    batches: AsyncIterable<readonly (readonly string[])[]>,
    columns: number,
  ): AsyncGenerator<readonly (readonly string[])[], undefined> {
    let held: (readonly string[])[] = [];
    let rows = 0;
    for await (const batch of batches) {
      const records: (readonly string[])[] = [];
      for (const record of batch) {
        const isFooter = isFooterRow(record, columns);
        if (isFooter && rows < LONGEST_FOOTER) {
          held.push(record);
          rows += 1;
        } else if (held.length > 0 && held.length < 2 * LONGEST_FOOTER && isBlank(record)) held.push(record);
        else {
          if (held.length > 0) records.push(...held);
          held = [];
          rows = 0;
          records.push(record);
        }
      }
      if (records.length > 0) yield records;
    }
    this.#rows = rows;
    return undefined;
  }
}
