import { MAX_ROWS_PER_CHUNK } from '@kinledger/contracts';
import type { Finding, RuleOfField } from '@kinledger/intake-files';
import type { LandingRow, LandingWriter } from '@kinledger/landing-store';

/** Accepted rows on their way to the landing store: chunks as large as the messages that will be made of them. */
export class RowChunks {
  #rows: LandingRow[] = [];
  #written = 0;

  constructor(readonly writer: LandingWriter) {}

  /** True once `write` is due. */
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

/** A rule as the first chunk of an error report keeps it: column title included, since nobody else opens it. */
export type ReportRule = readonly [
  code: string,
  severity: string,
  field: string,
  columnTitle: string,
  message: string,
  suggestion: string,
];

/** One line of the report: the rule by its place in the first chunk. Row 0 is the file as a whole. */
export type ReportLine = readonly [
  row: number,
  caseNumber: string | null,
  rule: number,
  value: string | null,
];

const LINES_PER_CHUNK = 2000;

/** The error report of a file on its way to the landing store, sealed like its rows and deleted with them. */
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

  /** Writes the rules, and a line for each column that the file lacks: its rows would all say the same. */
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

  /** True once `write` is due. */
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
