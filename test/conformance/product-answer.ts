import type { SubmissionId } from '@kinledger/contracts';
import { readSecrets, recordIdsOf } from '@kinledger/pseudonymisation';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProgrammeFile, RunningPlatform } from '../e2e/running-platform.js';

/** The place of a row in a file; rows are numbered from 1, without the header. */
export interface RowPlace {
  readonly dataset: string;
  readonly period: string;
  readonly row: number;
}

/** A live record of the golden dataset. */
export interface GoldenRecord {
  readonly record: string;
  readonly state: 'linked' | 'unlinkable' | 'referred' | 'anonymous';
  readonly individual: string | null;
  readonly role: string | null;
  readonly family: string | null;
}

export interface ReachFigure {
  readonly [figure: string]: unknown;
}

interface ServiceFigure extends ReachFigure {
  readonly service: string;
}

interface Reach {
  readonly reach: ReachFigure;
  readonly strands: readonly (ReachFigure & { strand: string; services: readonly ServiceFigure[] })[];
  readonly otherServices: readonly ServiceFigure[];
}

export interface ProductAnswer {
  readonly files: ReadonlyMap<string, { refused: boolean; accepted: number; rejected: number }>;
  readonly records: readonly GoldenRecord[];
  /** Record id of a row, undefined if its file was refused. */
  recordOf(place: RowPlace): string | undefined;
  /** By scope: `programme`, `strand:…`, `service:…`. */
  figures(period: string): Promise<ReadonlyMap<string, ReachFigure>>;
}

interface Manifest {
  readonly files: readonly ProgrammeFile[];
}

/** The header of a file is its row 1. */
const TITLE_ROWS = 1;
const states: Readonly<Record<string, GoldenRecord['state']>> = {
  referred: 'referred',
  unlinkable: 'unlinkable',
  impersonal: 'anonymous',
};

/** Loads every file of a generated programme into the platform, and reads the result. */
export async function askProduct(platform: RunningPlatform, folder: string): Promise<ProductAnswer> {
  const { files } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  const taken = new Map<string, { refused: boolean; accepted: number; rejected: number }>();
  const submissions = new Map<string, string>();
  let last: string | undefined;
  for (const file of files) {
    const name = `${file.dataset} ${file.period}`;
    const upload = await platform.upload(file, readFileSync(join(folder, file.path)));
    const { accepted, rejected } = upload.counts;
    taken.set(name, { refused: upload.state === 'refused', accepted, rejected });
    if (upload.state === 'refused') continue;
    ({ id: last } = await platform.submitUpload(file.provider, upload.id));
    submissions.set(name, last);
  }
  if (last !== undefined) await platform.until(last, 'linked');
  const recordIds = recordIdsOf(await readSecrets(join(platform.installation.home, 'secrets')));
  return {
    files: taken,
    records: await goldenRecords(platform),
    recordOf: ({ dataset, period, row }) => {
      const submission = submissions.get(`${dataset} ${period}`);
      // Ingest issued the id, so it has the right form.
      return submission && recordIds.recordIdOf(submission as SubmissionId, row + TITLE_ROWS);
    },
    figures: async (period) => byScope(await platform.read<Reach>(`/v1/figures/reach?period=${period}`)),
  };
}

async function goldenRecords(platform: RunningPlatform): Promise<GoldenRecord[]> {
  const rows = await platform.query<{
    record: string;
    state: string;
    reason: string | null;
    individual: string | null;
    role: string | null;
    family: string | null;
  }>(
    `SELECT replace(record_id::text, '-', '') AS record, state, reason, r.individual_id::text AS individual,
            i.role, f.family_id::text AS family
     FROM golden.record r
     LEFT JOIN golden.individual i USING (individual_id)
     LEFT JOIN golden.family_member f ON f.scope = 'programme' AND f.individual_id = r.individual_id
     WHERE state <> 'retired'`,
  );
  return rows.map(({ state, reason, ...row }) => {
    const known = state === 'linked' ? 'linked' : states[reason ?? ''];
    if (known === undefined) throw new Error(`a live record is set aside for an unknown reason: ${reason}`);
    return { ...row, state: known };
  });
}

function byScope({ reach, strands, otherServices }: Reach): Map<string, ReachFigure> {
  const services = [...strands.flatMap((strand) => strand.services), ...otherServices];
  return new Map<string, ReachFigure>([
    ['programme', reach],
    ...strands.map((strand): [string, ReachFigure] => [`strand:${strand.strand}`, strand]),
    ...services.map((service): [string, ReachFigure] => [`service:${service.service}`, service]),
  ]);
}
