import type { PseudonymisedRow, SubmissionId } from '@kinledger/contracts';
import {
  noConstraints,
  parsePeriod,
  partition,
  recordKindOf,
  strategyOf,
  type Digest,
  type LinkageRecord,
} from '@kinledger/domain';
import { columnReadings, knownTitles, mapHeader, openFile, RowValidator } from '@kinledger/intake-files';
import type { Dataset, Programme } from '@kinledger/programme';
import { HmacSha256, nodeHashing } from '@kinledger/pseudonymisation';
import { FileRows, noRows, SaltedDigests, TokenKeys, type Keys } from '@kinledger/pseudonymised-rows';
import {
  generateProgramme,
  type SyntheticOptions,
  type SyntheticPerson,
  type SyntheticRow,
} from '@kinledger/synthetic';

export const SALT = 'mackerel-of-the-sea';
export const keys: Keys = {
  hashing: nodeHashing,
  tokens: new TokenKeys(1, () => [new HmacSha256(Buffer.alloc(32, 3))]),
  digests: new SaltedDigests(nodeHashing.sha256, SALT),
  rowKeyHash: new HmacSha256(Buffer.alloc(32, 1)),
  recordIdHash: new HmacSha256(Buffer.alloc(32, 2)),
};

const LIMITS = { maxColumns: 500, maxRowBytes: 1_000_000 };

async function* bytesOf(text: string): AsyncGenerator<Uint8Array, undefined> {
  yield await Promise.resolve(Buffer.from(text));
  return undefined;
}

export interface Through {
  /** Rows by dataset: read, and taken by intake. */
  readonly rows: ReadonlyMap<string, { readonly read: number; readonly taken: number }>;
  /** The true people of each individual that linkage makes. */
  readonly individuals: readonly ReadonlySet<string>[];
}

/** A row that intake took, with the truth about it. */
export interface TakenRow {
  readonly row: PseudonymisedRow;
  readonly dataset: Dataset;
  readonly person: string;
  readonly family: string;
  /** The quarter in which the row makes its person count as reached. */
  readonly reachedIn: string | undefined;
  /** Undefined for a row about no identifiable person. */
  readonly truth: SyntheticPerson | undefined;
  /** Who sent the file. */
  readonly provider: string;
  /** The row as intake read it: identifiers in clear text, by column of the schema. */
  readonly values: readonly (string | null)[];
}

/** What is true of a row, whether intake took it or not. */
export type WrittenRow = Pick<TakenRow, 'provider' | 'truth' | 'reachedIn'>;

/** What the rows of an installation depend on, beside its files. */
export interface Installed {
  readonly keys: Keys;
  readonly salt: string;
  /** The submission of a file, on which the keys of rows without an id depend. */
  readonly submissionOf: (file: {
    readonly dataset: string;
    readonly period: string;
    readonly ordinal: number;
  }) => SubmissionId;
}
const none: Installed = {
  keys,
  salt: SALT,
  submissionOf: ({ ordinal }) => String(ordinal).padStart(32, '0') as SubmissionId,
};

/**
 * Generates files of a programme, and takes their rows through validation and pseudonymisation, in memory.
 * @param installed keys, salt and submissions of an installation, so that its rows come out; by default those of none.
 */
export async function takenRows(
  programme: Programme,
  options: Pick<SyntheticOptions, 'people' | 'quarters' | 'seed' | 'only' | 'profile'>,
  onRead: (dataset: string, isTaken: boolean, of: WrittenRow) => void = () => undefined,
  installed: Installed = none,
): Promise<TakenRow[]> {
  const synthetic = await generateProgramme({ programme, salt: installed.salt, ...options });
  const lines = new Map<number, SyntheticRow[]>();
  const people = new Map<string, SyntheticPerson>();
  for (const item of synthetic.items()) {
    if (item.of === 'person') people.set(item.person, item);
    else {
      const ofFile = lines.get(item.file.ordinal);
      if (ofFile === undefined) lines.set(item.file.ordinal, [item]);
      else ofFile.push(item);
    }
  }
  const postcodes = await programme.postcodeLookup();
  const taken: TakenRow[] = [];
  for (const file of synthetic.files) {
    const dataset = programme.dataset(file.dataset);
    const written = lines.get(file.ordinal);
    if (!dataset || !written) continue;
    const text = [file.header, ...written.map(({ line }) => line)].join('\n');
    const table = await openFile(bytesOf(text), knownTitles(dataset.schema), LIMITS);
    const submission = installed.submissionOf(file);
    const pseudonymised = new FileRows(
      installed.keys,
      { submission, provider: file.provider, dataset, seed: Buffer.alloc(32, 4) },
      postcodes,
    );
    const records: (readonly string[])[] = [];
    for await (const batch of table.batches) records.push(...batch);
    const validator = validatorOf(dataset, table.header, file.period, records, installed.keys.digests);
    for (const [index, record] of records.entries()) {
      const { outcome, values } = validator.validate(record, index + 2);
      const isTaken = outcome === 'accepted' || outcome === 'warned';
      const { person = '', reachedIn } = written[index] ?? {};
      const truth = people.get(person);
      onRead(dataset.id, isTaken, { provider: file.provider, truth, reachedIn });
      if (!isTaken) continue;
      const row = pseudonymised.pseudonymise([index + 2, values], noRows());
      taken.push({
        ...{ row, dataset, person, family: truth?.family || person, reachedIn, truth },
        ...{ provider: file.provider, values },
      });
    }
  }
  return taken;
}

/** Whether the row has an identifier; a linked row that has none is linked by its case number. */
export const isIdentified = ({ row: { tokens } }: TakenRow): boolean =>
  tokens.some(
    ({ domain, use }) =>
      use === 'identity' &&
      (domain !== 'mobile' || tokens.some((guard) => guard.use === 'guard' && guard.domain === 'birth-date')),
  );

/** What linkage reads of a row. */
export const linkageRecordOf = ({ row, dataset }: TakenRow): LinkageRecord => ({
  ...{ rowKey: row.rowKey, role: row.role, tokens: row.tokens, derived: row.derived, dataset: dataset.id },
  kind: recordKindOf(dataset.dataType, row.role),
});

/** Takes the files of a programme through intake, pseudonymisation and linkage, in memory. */
export async function filesThrough(programme: Programme, only?: readonly string[]): Promise<Through> {
  const rows = new Map<string, { read: number; taken: number }>();
  const taken = await takenRows(
    programme,
    { people: 300, quarters: 2, seed: 'through', only },
    (dataset, isTaken) => {
      const counted = rows.get(dataset) ?? { read: 0, taken: 0 };
      rows.set(dataset, { read: counted.read + 1, taken: counted.taken + (isTaken ? 1 : 0) });
    },
  );
  const live = new Map<string, LinkageRecord>();
  const whose = new Map<string, string>();
  for (const each of taken) {
    if (each.row.role === 'none' || each.person === '') continue;
    live.set(each.row.rowKey, linkageRecordOf(each));
    whose.set(each.row.rowKey, each.person);
  }
  const strategy = strategyOf(programme.definition.strategy);
  const { groups } = partition([...live.values()], noConstraints, strategy);
  const individuals = groups.map(({ persons }) => new Set(persons.map((key) => whose.get(key) ?? '')));
  return { rows, individuals };
}

function validatorOf(
  dataset: Dataset,
  header: readonly string[],
  code: string,
  records: readonly (readonly string[])[],
  digests: SaltedDigests,
): RowValidator {
  const period = parsePeriod(code);
  if (period === undefined) throw new Error(`${code} is no period`);
  const mapping = mapHeader(dataset.schema, header);
  return new RowValidator(dataset, mapping, {
    salts: {
      isOfEmptyValue: (kinds, digest) => kinds.some((kind) => digests.isOfEmptyValue(kind, digest as Digest)),
    },
    readings: columnReadings(dataset.schema, mapping, records),
    headerLength: header.length,
    dates: {
      today: '2024-06-01',
      period,
      holdsEarlierRows: dataset.extractKind !== 'delta',
      plausibility: {
        ...{ childUnder: 18, adultFrom: 12, oldest: 115 },
        ...{ yearsBeforePeriod: 3, yearsBeforePeriodOfAllRows: 25, yearsAfterPeriod: 1 },
      },
    },
    limits: { maxFieldLength: 1000 },
    sha256: nodeHashing.sha256,
    synthetic: true,
  });
}
