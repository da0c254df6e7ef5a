import type { DatasetId } from '@kinledger/contracts';
import { membersOf } from './consider-record.js';
import type { RecordReading } from './evidence.js';
import type { LinkageIndex } from './linkage-index.js';
import { NONE } from './typed-column.js';

/** How many distinct values of a kind two groups of records hold, and how many they have in common; never the values. */
export interface ComparedKind {
  /** A kind of token, or a guard: `birth-date`, `gender`, `case-number`. */
  readonly kind: string;
  readonly subject: number;
  readonly candidate: number;
  readonly shared: number;
}

/** What two individuals, or records that are set aside, say of themselves side by side. */
export interface Comparison {
  readonly kinds: readonly ComparedKind[];
  /** Live records that were compared on each side. */
  readonly records: { readonly subject: number; readonly candidate: number };
}

/** Compared within one dataset, also where a strategy reads it as a kind of token. */
const CASE_NUMBER = 'case-number';

/** A kind of value, and those that a record holds. */
interface Kind {
  readonly kind: string;
  readonly of: (reading: RecordReading) => readonly (number | string)[];
}

/** Compares the live records of two individuals kind by kind, the strongest token first. */
export function compareRecords(
  index: LinkageIndex,
  subject: number,
  candidate: number,
  isShown: (dataset: DatasetId) => boolean,
): Comparison {
  const [mine, theirs] = [subject, candidate].map((record) => readingsOf(index, record, isShown)) as [
    RecordReading[],
    RecordReading[],
  ];
  const { channels } = index.strategy;
  const values = Array.from({ length: channels.count }, (_, channel) => channel).filter((channel) =>
    channels.isValue(channel),
  );
  const kinds = values
    .map((channel): Kind => ({
      kind: channels.domainOf(channel),
      of: (reading: RecordReading) => [
        ...reading.own.filter((_, at) => reading.ownChannels[at] === channel),
        ...reading.compared.filter((_, at) => reading.comparedChannels[at] === channel),
      ],
    }))
    .filter(({ kind }) => kind !== CASE_NUMBER);
  const guards: readonly Kind[] = [
    { kind: 'birth-date', of: ({ birthDate }: RecordReading) => [birthDate] },
    { kind: 'gender', of: ({ gender }: RecordReading) => [gender] },
    // A case number tells apart only the rows of one dataset.
    {
      kind: CASE_NUMBER,
      of: ({ caseNumber, dataset }: RecordReading) =>
        caseNumber === NONE ? [] : [`${dataset} ${caseNumber}`],
    },
  ];
  return {
    kinds: [...kinds, ...guards].map(({ kind, of }) => {
      const valuesOf = (readings: readonly RecordReading[]) =>
        new Set(readings.flatMap((reading) => of(reading)).filter((value) => value !== NONE));
      const [one, other] = [valuesOf(mine), valuesOf(theirs)];
      return { kind, subject: one.size, candidate: other.size, shared: one.intersection(other).size };
    }),
    records: { subject: mine.length, candidate: theirs.length },
  };
}

/** The record itself, and the person records of its individual. */
function readingsOf(
  index: LinkageIndex,
  record: number,
  isShown: (dataset: DatasetId) => boolean,
): RecordReading[] {
  const { records, submissions } = index;
  return [...new Set([record, ...membersOf(index, record)])]
    .filter((one) => records.isLive(one) && isShown(submissions.get(records.submissionOf(one)).dataset))
    .map((one) => records.readingOf(one));
}
