import type { SubmissionId } from '@kinledger/contracts';
import { parsePeriod } from '@kinledger/domain';
import { knownTitles, mapHeader, openFile, RowValidator } from '@kinledger/intake-files';
import type { Dataset, Programme } from '@kinledger/programme';
import { nodeHashing } from '@kinledger/pseudonymisation';
import { FileRows, noRows, type CanonicalRow, type Keys } from '@kinledger/pseudonymised-rows';
import { generateProgramme, type SyntheticFile, type SyntheticRow } from '@kinledger/synthetic';
import { TokensByField } from './stored-tokens.js';

const LIMITS = { maxColumns: 500, maxRowBytes: 1_000_000 };
const MAX_FIELD_LENGTH = 1_000;
const HEADER_ROWS = 1;

/** Rows of one file of the attacker’s population, in canonical form. */
interface PopulationFile {
  readonly file: SyntheticFile;
  readonly dataset: Dataset;
  readonly rows: readonly CanonicalRow[];
}

/** People like those of a programme, whom an attacker knows in clear. */
export interface Population {
  /** The tokens that their rows would have under these keys. */
  readonly tokensUnder: (keys: Keys) => TokensByField;
  readonly rows: number;
}

/**
 * Draws an attacker’s population from the generator of synthetic data, under a seed of its own: as common as in the
 * programme, and other people. Only datasets that providers send in clear are drawn.
 */
export async function drawPopulation(
  programme: Programme,
  size: { readonly people: number; readonly quarters: number; readonly seed: string },
): Promise<Population> {
  const postcodes = await programme.postcodeLookup();
  const synthetic = await generateProgramme({ programme, ...size, salt: '' });
  const lines = new Map<number, SyntheticRow[]>();
  for (const item of synthetic.items()) {
    if (item.of !== 'row') continue;
    const known = lines.get(item.file.ordinal);
    if (known === undefined) lines.set(item.file.ordinal, [item]);
    else known.push(item);
  }
  const files: PopulationFile[] = [];
  for (const file of synthetic.files) {
    const dataset = programme.dataset(file.dataset);
    const written = lines.get(file.ordinal);
    if (dataset === undefined || written === undefined || dataset.pseudonymisedAtSource) continue;
    files.push({ file, dataset, rows: await canonicalRows(file, dataset, written) });
  }
  return {
    rows: files.reduce((sum, { rows }) => sum + rows.length, 0),
    tokensUnder: (keys) => {
      const found = new TokensByField();
      for (const { file, dataset, rows } of files) {
        const submission = String(file.ordinal).padStart(32, '0') as SubmissionId;
        const made = new FileRows(
          keys,
          { submission, provider: file.provider, dataset, seed: new Uint8Array(32) },
          postcodes,
        );
        for (const row of rows) found.add(made.pseudonymise(row, noRows()));
      }
      return found;
    },
  };
}

async function canonicalRows(
  file: SyntheticFile,
  dataset: Dataset,
  written: readonly SyntheticRow[],
): Promise<readonly CanonicalRow[]> {
  const period = parsePeriod(file.period);
  if (period === undefined) throw new Error(`${file.period} is no period`);
  const text = [file.header, ...written.map(({ line }) => line)].join('\n');
  const table = await openFile(bytesOf(text), knownTitles(dataset.schema), LIMITS);
  const validator = new RowValidator(dataset, mapHeader(dataset.schema, table.header), {
    headerLength: table.header.length,
    dates: {
      ...{ today: period.end, period },
      holdsEarlierRows: dataset.extractKind !== 'delta',
      plausibility: { childUnder: 18, adultFrom: 12, oldest: 115, ...YEARS },
    },
    limits: { maxFieldLength: MAX_FIELD_LENGTH },
    ...{ sha256: nodeHashing.sha256, synthetic: true },
  });
  const rows: CanonicalRow[] = [];
  let number = HEADER_ROWS;
  for await (const batch of table.batches)
    for (const record of batch) {
      number += 1;
      const { outcome, values } = validator.validate(record, number);
      if (outcome === 'accepted' || outcome === 'warned') rows.push([number, values]);
    }
  return rows;
}

const YEARS = { yearsBeforePeriod: 3, yearsBeforePeriodOfAllRows: 25, yearsAfterPeriod: 1 };

async function* bytesOf(text: string): AsyncGenerator<Uint8Array, undefined> {
  yield await Promise.resolve(Buffer.from(text));
  return undefined;
}
