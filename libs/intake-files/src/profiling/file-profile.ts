import type { Sha256Hex } from '@kinledger/domain/identifiers';
import { headerKey, plausibility, type DatasetField } from '@kinledger/programme/definition';
import { adviceOn } from '../validation/advice.js';
import type { RuleKind } from '../validation/finding.js';
import { FingerprintSet } from '../validation/fingerprint-set.js';
import { likelyIdentifierOf, type LikelyIdentifier } from './column-kinds.js';
import { ColumnProfile, type CellOddity, type ColumnFacts } from './column-profile.js';

/** Something about a column, or about the file, that somebody should look at before the file is sent. */
export interface ProfileFinding {
  /** Stable from profile to profile, such as `scientific-notation`. */
  readonly code: RuleKind | CellOddity | FileFault | 'mostly-empty' | 'every-value-missing';
  /** Cells; rows for a finding about the file. */
  readonly cells: number;
  readonly message: string;
  readonly suggestion: string;
}

type FileFault = 'repeated-row' | 'extra-cells' | 'too-few-cells' | 'repeated-title' | 'column-without-title';

export interface ProfiledColumn extends ColumnFacts {
  /** From 1. */
  readonly column: number;
  readonly title: string;
  readonly likelyIdentifier: LikelyIdentifier | undefined;
  readonly findings: readonly ProfileFinding[];
  /** A start for the dataset’s schema, which a person has to decide. */
  readonly proposed: DatasetField;
}

/** What a file holds, column by column. */
export interface FileProfile {
  /** Rows after the titles that hold anything. */
  readonly rows: number;
  readonly blankRows: number;
  readonly columns: readonly ProfiledColumn[];
  readonly findings: readonly ProfileFinding[];
}

/** The share of empty cells from which a column is mostly empty. */
const MOSTLY = 0.5;

/** Reads the rows of a file of a dataset that nobody has defined yet, and says what they hold. */
export class FileProfiler {
  #rows = 0;
  #blankRows = 0;
  #repeated = 0;
  #extra = 0;
  #short = 0;
  readonly #columns: readonly ColumnProfile[];
  readonly #seen: FingerprintSet;

  constructor(
    readonly header: readonly string[],
    sha256: Sha256Hex,
  ) {
    this.#columns = header.map((title, index) => new ColumnProfile(title, index + 1, sha256));
    this.#seen = new FingerprintSet(sha256);
  }

  add(record: readonly string[]): void {
    if (record.every((cell) => cell.trim() === '')) {
      this.#blankRows += 1;
      return;
    }
    this.#rows += 1;
    const length = this.header.length;
    if (record.slice(length).some((cell) => cell.trim() !== '')) this.#extra += 1;
    if (record.length < length) this.#short += 1;
    if (!this.#seen.add(JSON.stringify(record))) this.#repeated += 1;
    for (const [index, column] of this.#columns.entries()) column.add(record[index]);
  }

  profile(): FileProfile {
    return {
      rows: this.#rows,
      blankRows: this.#blankRows,
      columns: this.#columns.map((column) => profiled(column)),
      findings: this.#findings(),
    };
  }

  #findings(): ProfileFinding[] {
    const keys = this.header.map(headerKey);
    const repeatedTitles = keys.filter((key, index) => key !== '' && keys.indexOf(key) !== index).length;
    const untitled = this.#columns.filter(
      ({ title }, index) => headerKey(title) === '' && (this.#columns[index]?.facts().filled ?? 0) > 0,
    ).length;
    const told = (code: FileFault, cells: number, message: string, suggestion: string) =>
      cells === 0 ? [] : [{ code, cells, message, suggestion }];
    return [
      ...told('repeated-row', this.#repeated, 'Rows say exactly what an earlier row says.', 'Remove them, or add what tells them apart, such as a row number.'),
      ...told('extra-cells', this.#extra, 'Rows have more values than there are titles.', 'A value that holds the separator must stand in quotation marks.'),
      ...told('too-few-cells', this.#short, 'Rows have fewer cells than there are titles.', 'Export again; rows that a title or a total is in are no rows of data.'),
      ...told('repeated-title', repeatedTitles, 'Titles stand over more than one column.', 'Give each column a title of its own.'),
      ...told('column-without-title', untitled, 'Columns with values have no title.', 'Give each column a title, or remove the column.'),
    ]; // prettier-ignore
  }
}

function profiled(column: ColumnProfile): ProfiledColumn {
  const facts = column.facts();
  const proposed = column.field(facts.kind);
  return {
    column: column.column,
    title: column.title,
    ...facts,
    likelyIdentifier: likelyIdentifierOf(facts.kind),
    findings: findingsOf(facts, proposed),
    proposed,
  };
}

const plausible = plausibility.parse({});

const oddities: Readonly<Record<CellOddity, Pick<ProfileFinding, 'message' | 'suggestion'>>> = {
  'outer-space': {
    message: 'has spaces before or after the value',
    suggestion: 'They do no harm: values are read without them.',
  },
  'invisible-character': {
    message: 'has invisible characters in it, as text copied from a page or an e-mail has',
    suggestion: 'Type the value again where it matters, such as in names and case numbers.',
  },
  'wrong-encoding': {
    message: 'shows letters such as Ã© in place of é: the file was saved in one encoding and read in another',
    suggestion: 'Export again as UTF-8; do not repair single cells.',
  },
  formula: {
    message: 'begins like a formula',
    suggestion: 'Check that no formula or error took the place of a value.',
  },
  'line-break': {
    message: 'has a line break in it',
    suggestion: 'It is read as it stands; free text does not belong in a dataset.',
  },
  'spelt-differently': {
    message: 'is spelt in more than one way, such as in capitals',
    suggestion: 'Capitals make no difference when a dataset’s values are read.',
  },
};

function findingsOf(facts: ColumnFacts, field: DatasetField): ProfileFinding[] {
  const { kind, filled, empty, noValue, readAs } = facts;
  const cells = filled + empty + noValue.reduce((sum, each) => sum + each.cells, 0);
  const without = cells - filled;
  const found: ProfileFinding[] = [];
  if (filled === 0 && cells > 0) {
    const message = `${field.title} holds no value at all.`;
    found.push({ code: 'every-value-missing', cells, message, suggestion: 'Leave the column out.' });
  } else if (without > cells * MOSTLY) {
    const message = `${field.title} is empty in more than half of the rows.`;
    const suggestion = 'Check that the export fills it; a dataset should not need it.';
    found.push({ code: 'mostly-empty', cells: without, message, suggestion });
  }
  for (const [rule, broken] of Object.entries(readAs.broken) as [RuleKind, number][])
    found.push({ code: rule, cells: broken, ...adviceOn(rule, field, plausible) });
  if (readAs.orders['month-first'] > 0 && readAs.orders.either > 0)
    found.push({
      code: 'mixed-date-order',
      cells: readAs.orders.either,
      ...adviceOn('mixed-date-order', field, plausible),
    });
  for (const [oddity, odd] of Object.entries(facts.oddities) as [CellOddity, number][]) {
    const { message, suggestion } = oddities[oddity];
    found.push({ code: oddity, cells: odd, message: `${field.title} ${message}.`, suggestion });
  }
  const fits = readAs.kept === filled || kind === 'empty';
  return fits ? found : found.sort((one, other) => other.cells - one.cells);
}
