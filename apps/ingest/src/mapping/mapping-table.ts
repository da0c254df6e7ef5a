import { randomBytes } from 'node:crypto';
import type { DatasetId, ProviderId } from '@kinledger/contracts';
import type { ChosenCodes, ChosenTitles } from '@kinledger/intake-files';
import type { Queryable } from '@kinledger/landing-store';
import type { SavedMapping } from './saved-mapping.js';

/** The newest version of each mapping of a dataset, by age of the mapping's newest version. */
export async function mappingsOfDataset(
  client: Queryable,
  dataset: DatasetId,
): Promise<readonly SavedMapping[]> {
  const { rows } = await client.query<MappingRow>(
    `SELECT DISTINCT ON (m.mapping) ${columns}
     FROM ingest.mapping m JOIN ingest.mapping_version v USING (mapping)
     WHERE m.dataset = $1 ORDER BY m.mapping, v.version DESC`,
    [dataset],
  );
  return rows.map(mappingOf).sort((left, right) => right.savedAt.getTime() - left.savedAt.getTime());
}

/** All versions of a mapping, the newest first; empty if there is no such mapping. */
export async function versionsOf(client: Queryable, mapping: string): Promise<readonly SavedMapping[]> {
  const { rows } = await client.query<MappingRow>(
    `SELECT ${columns} FROM ingest.mapping m JOIN ingest.mapping_version v USING (mapping)
     WHERE m.mapping = $1 ORDER BY v.version DESC`,
    [mapping],
  );
  return rows.map(mappingOf);
}

/** Excludes others who save mappings of the dataset until the transaction ends. */
export async function lockMappingsOf(client: Queryable, dataset: DatasetId): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock(hashtext('saved mappings'), hashtext($1))`, [dataset]);
}

/** Adds a version; the mapping's first also creates the mapping. Call under {@link lockMappingsOf}. */
export async function insertVersion(
  client: Queryable,
  saved: Omit<SavedMapping, 'mapping' | 'savedAt'> & { readonly mapping: string | undefined },
): Promise<SavedMapping> {
  const mapping = saved.mapping ?? randomBytes(16).toString('hex');
  if (saved.mapping === undefined) {
    await client.query(
      'INSERT INTO ingest.mapping (mapping, provider, dataset, fingerprint) VALUES ($1, $2, $3, $4)',
      [mapping, saved.provider, saved.dataset, saved.fingerprint],
    );
  }
  const { rows } = await client.query<{ saved_at: Date }>(
    `INSERT INTO ingest.mapping_version (mapping, version, schema_hash, columns, codes, saved_by)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING saved_at`,
    [
      mapping,
      saved.version,
      saved.schemaHash,
      JSON.stringify(saved.columns),
      JSON.stringify(saved.values),
      saved.savedBy,
    ],
  );
  const savedAt = rows[0]?.saved_at;
  if (savedAt === undefined) throw new Error('an insertion returned no row');
  return { ...saved, mapping, savedAt };
}

/** Deletes a mapping with all its versions. */
export async function deleteMapping(client: Queryable, mapping: string): Promise<void> {
  await client.query('DELETE FROM ingest.mapping WHERE mapping = $1', [mapping]);
}

const columns = `m.mapping, m.provider, m.dataset, m.fingerprint, v.version, v.schema_hash, v.columns, v.codes,
  v.saved_by, v.saved_at`;

interface MappingRow {
  readonly mapping: string;
  readonly provider: ProviderId;
  readonly dataset: DatasetId;
  readonly fingerprint: string;
  readonly version: number;
  readonly schema_hash: string;
  readonly columns: ChosenTitles;
  readonly codes: ChosenCodes;
  readonly saved_by: string;
  readonly saved_at: Date;
}

const mappingOf = (row: MappingRow): SavedMapping => ({
  mapping: row.mapping,
  provider: row.provider,
  dataset: row.dataset,
  fingerprint: row.fingerprint,
  version: row.version,
  schemaHash: row.schema_hash,
  columns: row.columns,
  values: row.codes,
  savedBy: row.saved_by,
  savedAt: row.saved_at,
});
