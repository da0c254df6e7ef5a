import type { RowBody } from '@kinledger/contracts';
import type { BinaryRows } from '@kinledger/database';
import { canonicalJson } from '@kinledger/domain';
import { dayOf } from './facts.js';
import type { MarkedBody } from './marked-bodies.js';

/** What the ledger says of a record, with numbers in place of ids. */
export interface StandingRecord {
  readonly number: number;
  readonly individual: number | null;
  readonly submission: number;
  readonly record: string;
  readonly rowKey: string;
  readonly dataset: number;
  readonly role: string;
  readonly state: string;
  readonly reason: string | null;
}

/** The rules of the record’s dataset. */
export interface RulesOfRow {
  readonly sessionKinds: ReadonlySet<string>;
  readonly listsPeople: boolean;
}

/** Columns of a record, in the order of the table, in which `encodeRecord` writes them. */
export const recordColumns = [
  ...[
    'number',
    'individual',
    'submission',
    'as_of',
    'case_mark',
    'unidentified_case',
    'record_id',
    'row_key',
  ],
  ...[
    'dataset',
    'marks',
    'attributed',
    'role',
    'state',
    'reason',
    'session_kind',
    'attended',
    'qualifying',
    'minutes',
    'attributes',
  ],
];

export const hasAttributes = ({ attributes }: Pick<RowBody, 'attributes'>): boolean => {
  for (const _ in attributes) return true;
  return false;
};

/** Whether survivorship considers the record. */
export const isAttributed = (row: Pick<RowBody, 'attributes'>, { listsPeople }: RulesOfRow): boolean =>
  listsPeople || hasAttributes(row);

/** @param row absent for an erased record. */
export function encodeRecord(
  out: BinaryRows,
  standing: StandingRecord,
  row: MarkedBody | undefined,
  rules: RulesOfRow,
): void {
  const { number, individual, submission, record, rowKey, dataset, role, state, reason } = standing;
  out.integer(number);
  if (individual === null) out.nothing();
  else out.integer(individual);
  out.integer(submission);
  const day = row === undefined ? undefined : dayOf(row.facts);
  if (day === undefined) out.nothing();
  else out.date(day);
  const { marks, caseMark, unidentifiedCase } = row ?? noMarks;
  for (const mark of [caseMark, unidentifiedCase])
    if (mark === null) out.nothing();
    else out.bigintOfHex(mark);
  out.uuid(record).uuid(rowKey).smallint(dataset).smallint(marks);
  out.boolean(row !== undefined && isAttributed(row, rules));
  out.text(role).text(state);
  if (reason === null) out.nothing();
  else out.text(reason);
  if (row?.facts.kind === 'engagement') {
    const { sessionKind, attended, minutes } = row.facts;
    out
      .text(sessionKind)
      .boolean(attended)
      .boolean(attended && rules.sessionKinds.has(sessionKind));
    if (minutes === undefined) out.nothing();
    else out.integer(minutes);
  } else out.nothing().nothing().nothing().nothing();
  if (row === undefined || !hasAttributes(row)) out.nothing();
  else out.text(canonicalJson(row.attributes));
}

const noMarks = { marks: 0, caseMark: null, unidentifiedCase: null };
