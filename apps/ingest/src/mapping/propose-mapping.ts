import { sha256Hex } from '@kinledger/domain';
import {
  headerFingerprint,
  isFileRefused,
  knownTitles,
  mappingFaults,
  matchHeader,
  openFile,
  proposeColumns,
  columnReadings,
  footerSignsOf,
  sampled,
  UnmatchedValues,
  type ColumnProposal,
  type HeaderMatch,
  type MappingFault,
  type TableFile,
  type UnmatchedField,
} from '@kinledger/intake-files';
import { MeteredBody } from '../uploads/metered-body.js';
import {
  fileLimits,
  refusalAfterSearch,
  rowValidatorFor,
  UnpackingPlace,
  type FileToReceive,
  type Receiver,
} from '../uploads/receive-upload.js';
import { mappingsFor, withMapping } from './choose-mapping.js';
import { titlesOf, type SavedMapping } from './saved-mapping.js';

/** What could be confirmed about a file. */
export interface MappingProposal {
  readonly header: readonly string[];
  readonly fingerprint: string;
  /** The mapping that is saved for the header. */
  readonly saved: SavedMapping | undefined;
  /** Why the saved mapping can no longer be used. */
  readonly faults: readonly MappingFault[];
  readonly match: HeaderMatch;
  readonly columns: readonly ColumnProposal[];
  readonly unmatched: readonly UnmatchedField[];
  readonly rowsLookedAt: number;
  readonly samplesOf: (column: number) => readonly string[];
}

/** More of a file is not accepted, because its first rows suffice. */
export const MAX_PROPOSAL_BYTES = 16 * 1024 ** 2;
const MAX_ROWS = 20_000;

/**
 * Reads a file, or its first rows, to propose a mapping. Keeps nothing of it.
 * @throws FileRefused for a file that cannot be read as a table.
 */
export async function proposeMapping(receiver: Receiver, file: FileToReceive): Promise<MappingProposal> {
  const { limits } = receiver;
  const metered = new MeteredBody(file.body, receiver.contentHashKey, {
    maxBytes: Math.min(limits.maxBytes, MAX_PROPOSAL_BYTES),
    declaredBytes: file.declaredBytes,
    pace: { bytesPerSecond: limits.leastBytesPerSecond, patienceMs: limits.idleSeconds * 1000 },
    hurry: file.hurry,
    salts: file.salts.spellings,
  });
  const chunks = metered.chunks();
  const unpacking = new UnpackingPlace(receiver.unpacking, file);
  try {
    const { schema } = file.dataset;
    const mappings = await mappingsFor(receiver.pool, file.dataset, undefined);
    const known = knownTitles(schema, titlesOf(mappings));
    const savedFor = (titles: readonly string[]) => {
      const fingerprint = headerFingerprint(titles, sha256Hex);
      return mappings.find((one) => one.fingerprint === fingerprint);
    };
    const table = await openFile(
      chunks,
      known,
      fileLimits(limits, metered, unpacking),
      footerSignsOf(schema, (titles) => savedFor(titles)?.columns),
    );
    const { header } = table;
    const fingerprint = headerFingerprint(header, sha256Hex);
    const saved = savedFor(header);
    const faults = saved === undefined ? [] : mappingFaults(schema, header, saved);
    const match = matchHeader(schema, header, saved?.columns);
    const columns = proposeColumns(schema, header, match);
    const looked = await lookAtRows(receiver, file, table, provisional(match, columns, schema), {
      saved: faults.length === 0 ? saved : undefined,
      columns,
    });
    return { header, fingerprint, saved, faults, match, columns, ...looked };
  } catch (failure) {
    const error = isFileRefused(failure) ? await refusalAfterSearch(failure, chunks) : failure;
    await chunks.return(undefined);
    throw error;
  } finally {
    unpacking.leave();
  }
}

/** The columns as they would be if every clear proposal were confirmed, to look at their values. */
function provisional(
  match: HeaderMatch,
  columns: readonly ColumnProposal[],
  schema: FileToReceive['dataset']['schema'],
): HeaderMatch {
  const proposedOf = new Map(columns.map(({ field, proposed }) => [field, proposed ?? -1]));
  return {
    ...match,
    columnOf: schema.fields.map((field, index) => {
      const column = match.columnOf[index] ?? -1;
      return column >= 0 ? column : (proposedOf.get(field) ?? -1);
    }),
  };
}

async function lookAtRows(
  receiver: Receiver,
  file: FileToReceive,
  table: TableFile,
  mapping: HeaderMatch,
  { saved, columns }: Pick<MappingProposal, 'saved' | 'columns'>,
): Promise<Pick<MappingProposal, 'unmatched' | 'rowsLookedAt' | 'samplesOf'>> {
  const dataset = withMapping(file.dataset, saved);
  const { sample, batches } = await sampled(table.batches);
  const validator = rowValidatorFor(
    ...([receiver, { ...file, dataset }, table, mapping] as const),
    columnReadings(dataset.schema, mapping, sample, file.orders),
  );
  const unmatched = new UnmatchedValues(dataset.schema);
  const samples = new Samples(columns);
  let rowNumber = table.headerRow;
  let rowsLookedAt = 0;
  for await (const batch of batches) {
    for (const record of batch) {
      rowNumber += 1;
      // The rest is read and ignored: an answer before the end of a body may not reach its sender.
      if (rowsLookedAt >= MAX_ROWS) break;
      const { outcome, findings } = validator.validate(record, rowNumber);
      if (outcome === 'blank') continue;
      rowsLookedAt += 1;
      // Values of people who do not consent are not shown.
      if (outcome === 'not-consented' || outcome === 'consent-refused') continue;
      unmatched.add(findings);
      samples.add(record);
    }
  }
  return { unmatched: unmatched.byField(), rowsLookedAt, samplesOf: (column) => samples.of(column) };
}

const SAMPLES = 3;
const SAMPLE_LENGTH = 40;

/** The first few different values of the columns that are candidates. */
class Samples {
  readonly #byColumn: ReadonlyMap<number, Set<string>>;

  constructor(proposals: readonly ColumnProposal[]) {
    this.#byColumn = new Map(
      proposals.flatMap(({ candidates }) =>
        candidates.map(({ column }) => [column, new Set<string>()] as const),
      ),
    );
  }

  add(record: readonly string[]): void {
    for (const [column, values] of this.#byColumn) {
      const value = (record[column] ?? '').trim().slice(0, SAMPLE_LENGTH);
      if (value !== '' && values.size < SAMPLES) values.add(value);
    }
  }

  of(column: number): readonly string[] {
    return [...(this.#byColumn.get(column) ?? [])];
  }
}
