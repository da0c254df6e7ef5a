import type { CategoryChart, ForestChart } from '@kinledger/page-kit';

/** A cell of a table: a count, words, or null for what is not known, of which the row’s status says why. */
export type Cell = number | string | null;

export interface ReportRow {
  readonly name: string;
  readonly cells: readonly Cell[];
  /** What stands behind the row’s values: counted, rows of other periods’ files, no files, suppressed. */
  readonly status: string;
  /** Whether the row is the whole of those above. */
  readonly isWhole?: boolean;
}

/** A table of a report, with all that a reader needs to quote a value of it. */
export interface ReportTable {
  readonly caption: string;
  /** Of the first column, and of the cells; the status has a column of its own at the end. */
  readonly heads: readonly string[];
  readonly rows: readonly ReportRow[];
  /** Figure with version, and what it counts. */
  readonly definition: string;
  /** How many people, families or rows the table is about. */
  readonly n: string;
  /** What shares are shares of. */
  readonly denominator: string;
  /** Ledger position of the table’s values; null where the ledger does not hold them. */
  readonly position: number | null;
  /** “none” where counts are exact, else the rule by which they are suppressed and rounded. */
  readonly disclosure: string;
}

export interface ReportSection {
  /** Unique in its report: an anchor of the page. */
  readonly id: string;
  readonly title: string;
  /** What the section shows in one sentence, computed from its values; undefined where nothing can be said. */
  readonly finding?: string | undefined;
  readonly chart?: CategoryChart | undefined;
  /** Drawn as `chart` is, where the section is about ratios. */
  readonly forest?: ForestChart | undefined;
  readonly tables: readonly ReportTable[];
  readonly notes?: readonly string[];
}

/** Sections about one stretch of time. Figures of a period and figures since the beginning never stand in one part. */
export interface ReportPart {
  readonly title: string;
  readonly about: string;
  readonly sections: readonly ReportSection[];
}

export interface Report {
  readonly title: string;
  /** What the report is of: a service, or the programme. */
  readonly of: string;
  readonly programme: string;
  /** Code and name of the period that its first part is about. */
  readonly period: string;
  readonly label: string;
  /** SHA-256 of the programme’s definition in force. */
  readonly definition: string;
  readonly position: number;
  readonly behindSince: string | null;
  readonly parts: readonly ReportPart[];
}

/** Every section of a report, in its order. */
export const sectionsOf = ({ parts }: Pick<Report, 'parts'>): readonly ReportSection[] =>
  parts.flatMap(({ sections }) => sections);
