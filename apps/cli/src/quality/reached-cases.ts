import type { CountedCases } from '@kinledger/linkage-quality';
import pg from 'pg';

/** Families as they are counted. Cases of people of unknown family are among those without an identifier. */
export interface CasesOfFamilies extends CountedCases {
  /** People in no family of whom no row has an identifier: nothing says whose family they are, and `counted`, like reach, leaves them out. */
  readonly unknown: number;
  /** Families of two people or more, which rows relate. */
  readonly related: number;
}

/** Whom a figure of reach counts, and from how many cases of providers. */
export interface ReachedCases extends Readonly<Record<'children' | 'adults', CountedCases>> {
  readonly families: CasesOfFamilies;
}

const kinds = ['children', 'adults', 'families'] as const;

/**
 * Counts the cases behind the programme's reach of a period (definition: figures guide). One case number of one dataset
 * is a case; a row without one is a case of its own. A case is identified if one of its rows has an identifier.
 * @param platformUrl a role that may read the golden dataset.
 */
export async function reachedCases(
  platformUrl: string,
  { start, end }: { readonly start: string; readonly end: string },
): Promise<ReachedCases> {
  const client = new pg.Client({ connectionString: platformUrl, application_name: 'kinledger-evaluation' });
  await client.connect();
  try {
    const { rows } = await client.query<ReachedCases>({
      text: `
        WITH individual AS (
          SELECT individual_id, bool_or(unidentified_case IS NULL) AS identified
          FROM golden.record WHERE state = 'linked' GROUP BY individual_id
        ), reached AS (
          SELECT r.role, r.state, r.reason, r.individual_id, f.family_id IS NOT NULL AS related,
                 coalesce(f.family_id, CASE WHEN i.identified THEN r.individual_id END) AS family,
                 r.dataset || coalesce(' case ' || coalesce(r.case_mark, r.unidentified_case), ' row ' || r.record_id) AS one_case,
                 -- A fact that is linked without an identifier is linked by its case number.
                 r.unidentified_case IS NULL AS identified
          FROM golden.engagement e JOIN golden.record r USING (record_id)
          LEFT JOIN individual i ON i.individual_id = r.individual_id
          LEFT JOIN golden.family_member f ON f.scope = 'programme' AND f.individual_id = r.individual_id
          WHERE e.qualifying AND r.state <> 'retired' AND r.role IN ('child', 'adult')
            AND e.event_date >= $1::date AND e.event_date < $2::date
        )
        SELECT ${kinds.map((kind) => `${countsOf(kind)} AS ${kind}`).join(', ')} FROM reached`,
      values: [start, end],
    });
    const [counted] = rows;
    if (counted === undefined) throw new Error('counting gave no row');
    return counted;
  } finally {
    await client.end();
  }
}

function countsOf(kind: (typeof kinds)[number]): string {
  const isFamilies = kind === 'families';
  const whose = isFamilies ? 'family' : 'individual_id';
  const placed = `state = 'linked' AND ${whose} IS NOT NULL`;
  const role = { children: `role = 'child'`, adults: `role = 'adult'`, families: 'true' }[kind];
  const count = (what: string, where: string) =>
    `count(DISTINCT ${what}) FILTER (WHERE ${role} AND ${where})`;
  return `json_build_object(
    'counted', ${count(whose, placed)},
    'cases', ${count(`(${whose}, one_case)`, placed)},
    'identified', json_build_object(
      'counted', ${count(whose, `${placed} AND identified`)},
      'cases', ${count(`(${whose}, one_case)`, `${placed} AND identified`)}),
    'unlinkable', ${count('one_case', `NOT (${placed}) AND reason IS DISTINCT FROM 'referred'`)},
    ${isFamilies ? `'unknown', ${count('individual_id', `state = 'linked' AND family IS NULL`)}, 'related', ${count('family', `state = 'linked' AND related`)},` : ''}
    'referred', ${count('one_case', `reason = 'referred'`)})`;
}
