import { createReadStream } from 'node:fs';
import type { Period } from '@kinledger/domain';
import {
  ColumnsSeen,
  FileCounts,
  footerSignsOf,
  isFileRefused,
  knownTitles,
  mapHeader,
  openFile,
  reasonToRefuse,
  RowValidator,
  sampled,
  type DeclaredOrder,
  type Finding,
  type IntakeCounts,
  type ReasonToRefuse,
  type RuleOfField,
  type ValidatedRow,
} from '@kinledger/intake-files';
import type { Agreement, Dataset, DatasetSchema, Programme } from '@kinledger/programme';
import { nodeHashing } from '@kinledger/pseudonymisation';
import { RowsAtSource, SaltedDigests, type LeavingColumn } from '@kinledger/pseudonymised-rows';
import { stringify } from 'csv-stringify/sync';
import { Failure } from '../failure.js';

export interface FileAtSource {
  readonly path: string;
  /** The schema of the file. */
  readonly clear: DatasetSchema;
  /** The dataset that the programme takes. */
  readonly dataset: Dataset;
  readonly programme: Programme;
  /** Under which the programme takes it: it says which columns may leave. */
  readonly agreement: Agreement;
  readonly period: Period;
  /** yyyy-mm-dd in Europe/London. */
  readonly today: string;
  readonly salt: string;
  /** The order of day and month in columns, by field, as far as the source declares it. */
  readonly orders: ReadonlyMap<string, DeclaredOrder>;
}

/** One rule that rows broke; no value of a row. */
export interface RuleBroken {
  readonly code: string;
  readonly severity: RuleOfField['severity'];
  /** Whose rule it is: that of the file at the source, or of what leaves it. */
  readonly of: 'the file' | 'what leaves';
  readonly rows: number;
  readonly message: string;
  readonly suggestion: string;
}

export interface Pseudonymised {
  readonly counts: IntakeCounts;
  /** Rows that leave. */
  readonly leaving: number;
  readonly columns: readonly (LeavingColumn & { readonly filled: number })[];
  readonly rules: readonly RuleBroken[];
  /** Columns of the file that the schema does not know, which are not read. */
  readonly unknownColumns: number;
  /** Why nothing leaves; null if rows do. */
  readonly reason: ReasonToRefuse | null;
}

/** A finding of a row, for the error report: no value of it. */
export interface FoundInRow {
  readonly row: number;
  readonly rule: RuleOfField;
}

/** As intake takes by default. */
const MAX_FIELD_LENGTH = 10_000;
const LIMITS = { maxColumns: 500, maxRowBytes: 1024 * 1024 };

/**
 * Reads a source's clear file row by row and writes what may leave of it. Memory does not grow with the file, but for a few bytes
 * a row, by which repeated rows are found.
 * @param write takes the text of what leaves, part by part.
 * @param onFinding takes what was found in rows.
 * @throws Failure for a file that intake would not read either; its message holds no value of the file.
 */
export async function pseudonymiseFile(
  file: FileAtSource,
  write: (text: string) => Promise<void>,
  onFinding: (found: FoundInRow) => Promise<void>,
): Promise<Pseudonymised> {
  const bytes = createReadStream(file.path, { highWaterMark: 256 * 1024 });
  try {
    return await throughRows(file, bytes[Symbol.asyncIterator](), write, onFinding);
  } catch (error) {
    if (isFileRefused(error)) {
      const places = error.places.map(({ path, message }) => `\n  ${path}: ${message}`).join('');
      throw new Failure(`${file.path}: ${error.detail}${places}`);
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'EACCES')
      throw new Failure(`${file.path} cannot be read (${code})`);
    throw error;
  } finally {
    bytes.destroy();
  }
}

async function throughRows(
  { clear, dataset, programme, agreement, period, today, salt, orders }: FileAtSource,
  bytes: AsyncIterator<Uint8Array>,
  write: (text: string) => Promise<void>,
  onFinding: (found: FoundInRow) => Promise<void>,
): Promise<Pseudonymised> {
  const table = await openFile(
    bytes,
    knownTitles(clear),
    LIMITS,
    footerSignsOf(clear, () => undefined),
  );
  const mapping = mapHeader(clear, table.header);
  const { sample, batches } = await sampled(table.batches);
  const seen = new ColumnsSeen(clear, mapping, orders);
  for (const record of sample) seen.add(record);
  let stillHeld = sample.length;
  const { readings } = seen;
  const common = {
    dates: {
      ...{ today, period, holdsEarlierRows: dataset.extractKind !== 'delta' },
      plausibility: programme.definition.plausibility,
    },
    limits: { maxFieldLength: MAX_FIELD_LENGTH },
    synthetic: programme.definition.synthetic,
    sha256: nodeHashing.sha256,
  };
  const validator = new RowValidator({ schema: clear }, mapping, {
    ...{ ...common, headerLength: table.header.length, readings },
  });
  const rows = new RowsAtSource(
    clear,
    { ...dataset, provider: dataset.serviceDefinition.provider },
    agreement,
    new SaltedDigests(nodeHashing.sha256, salt),
    await programme.postcodeLookup(),
  );
  const titles = rows.columns.map(({ title }) => title);
  // What leaves is read as the programme will read it, so that nothing leaves that it would refuse.
  const onArrival = new RowValidator(dataset, mapHeader(dataset.schema, titles), {
    ...{ ...common, headerLength: titles.length },
  });
  // A refusal of consent leaves, as the row’s id and nothing else, if the programme's schema has a place for it.
  const takesRefusals = dataset.schema.fields.some((field) => field['x-kinledger'].consent);
  const isRefusalThatLeaves = ({ outcome }: ValidatedRow) => takesRefusals && outcome === 'consent-refused';
  const counts = new FileCounts();
  const tally = new Tally(rows.columns.length);
  const asCsv = (records: readonly (readonly string[])[]) => stringify(records.map((record) => [...record]));
  await write(asCsv([titles]));
  let rowNumber = table.headerRow;
  for await (const batch of batches) {
    const leaving: (readonly string[])[] = [];
    for (const record of batch) {
      rowNumber += 1;
      if (stillHeld > 0) stillHeld -= 1;
      else seen.add(record);
      const row = validator.validate(record, rowNumber);
      for (const { rule } of row.findings) {
        tally.add(rule, 'the file');
        await onFinding({ row: rowNumber, rule });
      }
      if (row.outcome !== 'accepted' && row.outcome !== 'warned' && !isRefusalThatLeaves(row)) {
        counts.add(row.outcome === 'consent-refused' ? { ...row, outcome: 'not-consented' } : row);
        continue;
      }
      const cells = rows.cellsOf(row.values);
      const arrived = onArrival.validate(cells, rowNumber);
      const isTaken = ['accepted', 'warned', 'consent-refused'].includes(arrived.outcome);
      for (const { rule } of arrived.findings.filter(isTaken ? isNews : isError)) {
        tally.add(rule, 'what leaves');
        await onFinding({ row: rowNumber, rule });
      }
      // A row that fits the schema of its file and not that of what leaves stays.
      counts.add(isTaken ? row : { ...row, outcome: arrived.outcome });
      if (!isTaken) continue;
      tally.leaves(cells);
      leaving.push(cells);
    }
    if (leaving.length > 0) await write(asCsv(leaving));
  }
  for (const { rule, doubtful } of validator.dateColumns())
    if (rule !== undefined) tally.add(rule, 'the file', doubtful);
  for (const { rule, rows: without } of validator.fileFindings()) tally.add(rule, 'the file', without);
  const columnsRead = [...validator.ordersRead(), ...seen.asRead(readings)];
  return {
    counts: counts.counts,
    leaving: tally.leaving,
    columns: rows.columns.map((column, index) => ({ ...column, filled: tally.filled[index] ?? 0 })),
    rules: tally.rules(),
    unknownColumns: mapping.unknownColumns.length,
    reason: reasonToRefuse(counts, validator.dateColumns(), columnsRead, dataset),
  };
}

const isError = ({ rule: { severity } }: Finding): boolean => severity === 'error';

/** Whether a warning about what leaves says what one about the file has not said already. */
const isNews = ({ rule: { kind } }: Finding): boolean =>
  kind !== 'missing' && kind !== 'repeated-row' && kind !== 'no-consent';

/** Counts what leaves, and which rules rows broke. */
class Tally {
  leaving = 0;
  readonly filled: number[];
  readonly #rules = new Map<RuleOfField, { readonly of: RuleBroken['of']; rows: number }>();

  constructor(columns: number) {
    this.filled = Array.from({ length: columns }, () => 0);
  }

  add(rule: RuleOfField, of: RuleBroken['of'], rows = 1): void {
    if (rows === 0) return;
    const known = this.#rules.get(rule);
    if (known === undefined) this.#rules.set(rule, { of, rows });
    else known.rows += rows;
  }

  leaves(cells: readonly string[]): void {
    this.leaving += 1;
    cells.forEach((cell, column) => {
      if (cell !== '') this.filled[column] = (this.filled[column] ?? 0) + 1;
    });
  }

  rules(): RuleBroken[] {
    const found = [...this.#rules].map(([{ code, severity, message, suggestion }, { of, rows }]) => ({
      ...{ code, severity, of, rows, message, suggestion },
    }));
    const rank = ({ severity }: RuleBroken) => (severity === 'error' ? 0 : 1);
    return found.sort((a, b) => rank(a) - rank(b) || b.rows - a.rows || (a.code < b.code ? -1 : 1));
  }
}
