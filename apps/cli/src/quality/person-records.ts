import pg from 'pg';

/** A live record of a dataset that describes people, its individual, and what its row says of the person. */
export interface PersonRecord {
  readonly role: string;
  /** Undefined if the record was set aside. */
  readonly individual: string | undefined;
  /** The reporting family, or the individual's own id if it is in none; undefined like the individual. */
  readonly family: string | undefined;
  readonly ethnicity: string | undefined;
  /** Decile of deprivation of the area, 1 the most deprived. */
  readonly decile: string | undefined;
  /** LSOA. */
  readonly area: string | undefined;
  /** The service's provider, and whether the service is an administrative source. */
  readonly provider: string;
  readonly administrative: boolean;
  readonly hasNhsNumber: boolean;
}

/**
 * The live records of user data, of services and of administrative sources, by record id.
 * @param platformUrl a role that may read the golden dataset.
 */
export async function personRecords(platformUrl: string): Promise<ReadonlyMap<string, PersonRecord>> {
  type Row = [
    string,
    string,
    string | null,
    string | null,
    string | null,
    number | null,
    string | null,
    string,
    boolean,
    boolean,
  ];
  const client = new pg.Client({ connectionString: platformUrl, application_name: 'kinledger-evaluation' });
  await client.connect();
  try {
    const { rows } = await client.query<Row>({
      text: `SELECT replace(r.record_id::text, '-', ''), r.role, r.individual_id::text, coalesce(f.family_id, r.individual_id)::text,
                    a.attributes->>'ethnicity', h.deprivation_decile, a.attributes->>'lsoa', s.provider, s.administrative, (r.marks & 1) = 1
             FROM golden.record r
             JOIN golden.dataset d USING (dataset)
             JOIN golden.service s ON s.service = d.service
             LEFT JOIN golden.record_attribute a USING (record_id)
             LEFT JOIN golden.area h ON h.lsoa = a.attributes->>'lsoa'
             LEFT JOIN golden.family_member f ON f.scope = 'programme' AND f.individual_id = r.individual_id
             WHERE d.data_type = 'user' AND r.state <> 'retired'`,
      rowMode: 'array',
    });
    return new Map(
      rows.map(
        ([
          record,
          role,
          individual,
          family,
          ethnicity,
          decile,
          area,
          provider,
          administrative,
          hasNhsNumber,
        ]) => [
          record,
          {
            role,
            individual: individual ?? undefined,
            family: family ?? undefined,
            ethnicity: ethnicity ?? undefined,
            decile: decile?.toString(),
            area: area ?? undefined,
            ...{ provider, administrative, hasNhsNumber },
          },
        ],
      ),
    );
  } finally {
    await client.end();
  }
}
