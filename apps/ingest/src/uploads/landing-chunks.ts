import { MAX_ROWS_PER_CHUNK } from '@kinledger/contracts';
import type { Finding, RuleOfField } from '@kinledger/intake-files';
import type { LandingRow, LandingWriter } from '@kinledger/landing-store';

/** Collects accepted rows into chunks for the landing store, as large as the messages that will be made of them. */
export class RowChunks {
  #rows: LandingRow[] = [];
  #written = 0;

  constructor(readonly writer: LandingWriter) {}

  /** Returns true if `write` must be called. */
  add(row: LandingRow): boolean {
    this.#rows.push(row);
    return this.#rows.length >= MAX_ROWS_PER_CHUNK;
  }

  async write(): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    if (rows.length > 0) await this.writer.writeChunk(this.#written++, rows);
  }
}

/** A rule in the first chunk of an error report; it includes the column title, because the report is sealed. */
export type ReportRule = readonly [
  code: string,
  severity: string,
  field: string,
  columnTitle: string,
  message: string,
  suggestion: string,
];

/** One line of the report; the rule is its index in the first chunk. Row 0 is the file as a whole. */
export type ReportLine = readonly [
  row: number,
  caseNumber: string | null,
  rule: number,
  value: string | null,
];

const LINES_PER_CHUNK = 2000;

/**
 * Collects the error report of a file into chunks for the landing store, sealed like its rows and deleted with them.
 */
export class ReportChunks {
  readonly #placeOf: ReadonlyMap<RuleOfField, number>;
  #lines: ReportLine[] = [];
  #written = 0;
  #listed = 0;

  constructor(
    readonly writer: LandingWriter,
    readonly rules: readonly RuleOfField[],
    readonly header: readonly string[],
    readonly maxLines: number,
  ) {
    this.#placeOf = new Map(rules.map((rule, place) => [rule, place]));
  }

  /** Writes the rules, and one line for each missing column in place of one for each row. */
  async begin(): Promise<void> {
    const rules: ReportRule[] = this.rules.map((rule) => [
      rule.code,
      rule.severity,
      rule.field?.name ?? '',
      this.header[rule.column] ?? '',
      rule.message,
      rule.suggestion,
    ]);
    await this.writer.writeErrors(this.#written++, rules);
    for (const [place, rule] of this.rules.entries()) {
      if (isOfAbsentColumn(rule) && rule.code.startsWith('missing-'))
        this.#lines.push([0, null, place, null]);
    }
  }

  /** Returns true if `write` must be called. */
  add(row: number, caseNumber: string | null, findings: readonly Finding[]): boolean {
    for (const { rule, value } of findings) {
      if (isOfAbsentColumn(rule) || rule.code === 'no-consent') continue;
      if (this.#listed >= this.maxLines) return false;
      this.#listed += 1;
      this.#lines.push([row, caseNumber, this.#placeOf.get(rule) ?? 0, value]);
    }
    return this.#lines.length >= LINES_PER_CHUNK;
  }

  async write(): Promise<void> {
    const lines = this.#lines;
    this.#lines = [];
    if (lines.length > 0) await this.writer.writeErrors(this.#written++, lines);
  }
}

const isOfAbsentColumn = (rule: RuleOfField): boolean => rule.field !== undefined && rule.column < 0;
