import pg from 'pg';

/** A record and its individual in the read models. */
export interface AssignedRecord {
  /** Undefined if the record was set aside. */
  readonly individual: string | undefined;
}

/**
 * The live records of datasets that describe people, by record id: user data of services and of administrative sources.
 * @param platformUrl a role that may read the golden dataset.
 */
export async function assignedPersonRecords(
  platformUrl: string,
): Promise<ReadonlyMap<string, AssignedRecord>> {
  const client = new pg.Client({ connectionString: platformUrl, application_name: 'kinledger-evaluation' });
  await client.connect();
  try {
    const { rows } = await client.query<[string, string | null]>({
      text: `SELECT replace(r.record_id::text, '-', ''), replace(r.individual_id::text, '-', '')
             FROM golden.record r JOIN golden.dataset d USING (dataset)
             WHERE d.data_type = 'user' AND r.state <> 'retired'`,
      rowMode: 'array',
    });
    return new Map(rows.map(([record, individual]) => [record, { individual: individual ?? undefined }]));
  } finally {
    await client.end();
  }
}
