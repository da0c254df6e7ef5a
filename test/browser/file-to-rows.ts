import type { DatasetId, DataType, ProviderId, SubmissionId } from '@kinledger/contracts';
import { knownTitles, mapHeader, RowValidator, type OpenFile } from '@kinledger/intake-files/browser';
import { datasetSchema, plausibility, postcodeLookupOf, type Dataset } from '@kinledger/programme/definition';
import {
  FileRows,
  isRowUnfit,
  noRows,
  SaltedDigests,
  TokenKeys,
  type Hashing,
} from '@kinledger/pseudonymised-rows';

/** A file with its dataset and schema, as JSON can carry it. */
export interface FileAtSource {
  readonly schema: unknown;
  readonly dataset: string;
  readonly dataType: string;
  readonly provider: string;
  readonly postcodes: readonly string[];
  readonly bytes: readonly number[];
}

/** The modules that Node and browsers have separate builds of. */
export interface Surroundings {
  readonly openFile: OpenFile;
  readonly hashing: Hashing;
}

/** Reads a file, validates and pseudonymises its rows. @returns findings and rows as JSON. */
export async function answerOf({ openFile, hashing }: Surroundings, file: FileAtSource): Promise<string> {
  const schema = datasetSchema.parse(file.schema);
  const { hmacSha256, sha256 } = hashing;
  const key = (byte: number) => new Uint8Array(32).fill(byte);
  const csv = await openFile(pieces(Uint8Array.from(file.bytes)), knownTitles(schema), {
    maxColumns: 500,
    maxRowBytes: 1_000_000,
  });
  const validator = new RowValidator({ schema }, mapHeader(schema, csv.header), {
    headerLength: csv.header.length,
    dates: {
      today: '2023-12-01',
      period: { start: '2023-07-01', end: '2023-10-01' },
      holdsEarlierRows: false,
      plausibility: plausibility.parse({}),
    },
    limits: { maxFieldLength: 1000 },
    synthetic: true,
    sha256,
  });
  const rows = new FileRows(
    {
      hashing,
      tokens: TokenKeys.fromMasters(hashing, [key(7), key(8)]),
      digests: new SaltedDigests(sha256, 'mackerel-of-the-sea'),
      rowKeyHash: hmacSha256(key(1)),
      recordIdHash: hmacSha256(key(2)),
    },
    {
      submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6' as SubmissionId,
      provider: file.provider as ProviderId,
      // Reading rows needs no other member of a dataset.
      dataset: { id: file.dataset as DatasetId, dataType: file.dataType as DataType, schema } as Dataset,
      seed: key(9),
    },
    await postcodeLookupOf(file.postcodes, 'postcodes'),
  );
  const counts = noRows();
  const answer: unknown[] = [];
  let rowNumber = 1;
  for await (const batch of csv.batches) {
    for (const record of batch) {
      rowNumber += 1;
      const { outcome, values, findings } = validator.validate(record, rowNumber);
      const found = findings.map(({ rule, value }) => [rule.code, rule.message, value]);
      const goes = outcome === 'accepted' || outcome === 'warned';
      answer.push([rowNumber, outcome, found, goes ? rowOf(rows, [rowNumber, values], counts) : null]);
    }
  }
  return JSON.stringify({ encoding: csv.encoding(), delimiter: csv.delimiter, answer, counts });
}

function rowOf(rows: FileRows, ...[row, counts]: Parameters<FileRows['pseudonymise']>): unknown {
  try {
    return rows.pseudonymise(row, counts);
  } catch (error) {
    if (isRowUnfit(error)) return error.reason;
    throw error;
  }
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, undefined> {
  for (let at = 0; at < bytes.length; at += 997) yield bytes.subarray(at, at + 997);
  return undefined;
}
