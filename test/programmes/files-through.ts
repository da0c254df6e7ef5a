import type { SubmissionId } from '@kinledger/contracts';
import { noConstraints, parsePeriod, partition, strategyOf, type LinkageRecord } from '@kinledger/domain';
import { knownTitles, mapHeader, openFile, RowValidator } from '@kinledger/intake-files';
import type { Dataset, Programme } from '@kinledger/programme';
import { HmacSha256, nodeHashing } from '@kinledger/pseudonymisation';
import { FileRows, noRows, SaltedDigests, TokenKeys, type Keys } from '@kinledger/pseudonymised-rows';
import { generateProgramme } from '@kinledger/synthetic';

const SALT = 'mackerel-of-the-sea';
const keys: Keys = {
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

/** Generates files of a programme, and takes them through validation, pseudonymisation and linkage, in memory. */
export async function filesThrough(programme: Programme, only?: readonly string[]): Promise<Through> {
  const synthetic = await generateProgramme({
    ...{ programme, people: 300, quarters: 2, seed: 'through', salt: SALT, only },
  });
  const lines = new Map<number, { line: string; person: string }[]>();
  for (const item of synthetic.items()) {
    if (item.of === 'row') {
      const { ordinal } = item.file;
      lines.set(ordinal, [...(lines.get(ordinal) ?? []), { line: item.line, person: item.person }]);
    }
  }
  const postcodes = await programme.postcodeLookup();
  const rows = new Map<string, { read: number; taken: number }>();
  const live = new Map<string, LinkageRecord>();
  const whose = new Map<string, string>();
  for (const file of synthetic.files) {
    const dataset = programme.dataset(file.dataset);
    const written = lines.get(file.ordinal);
    if (!dataset || !written) continue;
    const text = [file.header, ...written.map(({ line }) => line)].join('\n');
    const table = await openFile(bytesOf(text), knownTitles(dataset.schema), LIMITS);
    const validator = validatorOf(dataset, table.header, file.period);
    const submission = String(file.ordinal).padStart(32, '0') as SubmissionId;
    const pseudonymised = new FileRows(
      keys,
      { submission, provider: file.provider, dataset, seed: Buffer.alloc(32, 4) },
      postcodes,
    );
    const counted = rows.get(dataset.id) ?? { read: 0, taken: 0 };
    rows.set(dataset.id, counted);
    const records: (readonly string[])[] = [];
    for await (const batch of table.batches) records.push(...batch);
    for (const [index, record] of records.entries()) {
      counted.read += 1;
      const { outcome, values } = validator.validate(record, index + 2);
      if (outcome !== 'accepted' && outcome !== 'warned') continue;
      counted.taken += 1;
      const row = pseudonymised.pseudonymise([index + 2, values], noRows());
      const kind = row.facts.kind === 'registration' ? 'person' : 'fact';
      const person = written[index]?.person ?? '';
      if (row.role === 'none' || person === '') continue;
      live.set(row.rowKey, {
        ...{ rowKey: row.rowKey, role: row.role, tokens: row.tokens, kind, dataset: dataset.id },
      });
      whose.set(row.rowKey, person);
    }
  }
  const strategy = strategyOf(programme.definition.strategy);
  const { groups } = partition([...live.values()], noConstraints, strategy);
  const individuals = groups.map(({ persons }) => new Set(persons.map((key) => whose.get(key) ?? '')));
  return { rows, individuals };
}

function validatorOf(dataset: Dataset, header: readonly string[], code: string): RowValidator {
  const period = parsePeriod(code);
  if (period === undefined) throw new Error(`${code} is no period`);
  return new RowValidator(dataset, mapHeader(dataset.schema, header), {
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
