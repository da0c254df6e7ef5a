import pg from 'pg';

/** A qualifying engagement of a period, from the read models. */
export interface QualifyingRecord {
  readonly state: 'linked' | 'unlinkable' | 'referred';
  /** The engagement row's own role. */
  readonly role: string | undefined;
  /** Present if the record is linked. */
  readonly individual: string | undefined;
  /** The reporting family, or the individual's own id if it is in none; undefined where no row of it has an identifier. */
  readonly family: string | undefined;
  readonly dataset: string;
  /** The individual's ethnicity and the tenth of deprivation of its residence, as its records say. */
  readonly ethnicity: string | undefined;
  readonly decile: number | undefined;
}

/** The records that reach of the period is counted from, by record id (definition: figures guide). */
export async function qualifyingRecords(
  platformUrl: string,
  { start, end }: { readonly start: string; readonly end: string },
): Promise<ReadonlyMap<string, QualifyingRecord>> {
  const client = new pg.Client({ connectionString: platformUrl, application_name: 'kinledger-evaluation' });
  await client.connect();
  try {
    const { rows } = await client.query<
      [
        ...[record: string, state: string, reason: string | null, individual: string | null],
        ...[role: string | null, family: string | null, dataset: string],
        ...[ethnicity: string | null, decile: number | null],
      ]
    >({
      text: `WITH identified AS (
                 SELECT DISTINCT individual_id FROM golden.record WHERE state = 'linked' AND unidentified_case IS NULL
               )
               SELECT replace(e.record_id::text, '-', ''), r.state, r.reason, r.individual_id::text, r.role,
                      coalesce(f.family_id, k.individual_id)::text, r.dataset,
                      i.attributes->>'ethnicity', a.deprivation_decile
               FROM golden.engagement e JOIN golden.record r USING (record_id)
               LEFT JOIN golden.family_member f ON f.scope = 'programme' AND f.individual_id = r.individual_id
               LEFT JOIN identified k ON k.individual_id = r.individual_id
               LEFT JOIN golden.individual i ON i.individual_id = r.individual_id
               LEFT JOIN golden.area a ON a.lsoa = i.attributes->>'lsoa'
               WHERE e.qualifying AND r.state <> 'retired' AND e.event_date >= $1::date AND e.event_date < $2::date`,
      values: [start, end],
      rowMode: 'array',
    });
    return new Map(
      rows.map(([record, state, reason, individual, role, family, dataset, ethnicity, decile]) => [
        record,
        {
          state: state === 'linked' ? 'linked' : reason === 'referred' ? 'referred' : 'unlinkable',
          individual: individual ?? undefined,
          role: role ?? undefined,
          family: family ?? undefined,
          dataset,
          ethnicity: ethnicity ?? undefined,
          decile: decile ?? undefined,
        },
      ]),
    );
  } finally {
    await client.end();
  }
}
