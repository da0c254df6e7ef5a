import type pg from 'pg';
import { toldApart } from './told-apart.js';

/**
 * Distinct people and families with at least one qualifying engagement (domain §5). The role is the engagement row's:
 * one person may be an adult of one service and workforce of another, and counts once in each.
 */
export interface ReachFigure {
  /** Individuals who attended as children. */
  readonly children: number;
  /** Individuals who attended as adults. */
  readonly adults: number;
  /** Reporting families of the two; a person in none counts as a family of one. */
  readonly families: number;
  /** Distinct individuals among children and adults. */
  readonly individuals: number;
  /** Children who were not reached themselves, while a carer of theirs was. Not part of `children`. */
  readonly childrenThroughCarerOnly: number;
  /** Individuals who attended as practitioners or volunteers. Not part of reach. */
  readonly workforce: number;
  /** Qualifying rows of children and adults without a usable token: each could be one person more. */
  readonly unlinkable: number;
  /** Qualifying rows of children and adults that two individuals could own, waiting for review: likewise. */
  readonly referred: number;
  /**
   * How many people more the rows of the individuals could be, where nothing but a shared email or mobile joins them: a
   * couple's address counts as one person. See `told-apart.ts`.
   */
  readonly indistinct: number;
  /**
   * individuals + unlinkable + referred + indistinct. Reach cannot be higher, but for what stands beside it:
   * `anonymous` and `byBirthDateAlone`.
   */
  readonly upperBound: number;
  /** Qualifying rows that name nobody: a row may stand for a group, so that no bound can hold it. */
  readonly anonymous: number;
  /**
   * Of the individuals, those of whom a row is told from others by a shared identifier and a birth date, and by no NHS
   * number: twins of one gender whose names begin alike, or adults of one address and one birth date, count as one.
   */
  readonly byBirthDateAlone: number;
}

export interface ServiceReach extends ReachFigure {
  readonly service: string;
  readonly name: string;
  readonly individualBeneficiaries: boolean;
}

export interface StrandReach extends ReachFigure {
  readonly strand: string;
  readonly name: string;
  readonly services: readonly ServiceReach[];
}

export interface DecileReach {
  /** 1 is the most deprived tenth; null where the residence is unknown. */
  readonly decile: number | null;
  readonly children: number;
  readonly adults: number;
  readonly families: number;
}

export interface Reach {
  /** Ledger position of the read models that were asked. */
  readonly position: number;
  readonly programme: ReachFigure;
  readonly strands: readonly StrandReach[];
  /** Services that belong to no strand (administrative sources) and yet report engagement. */
  readonly otherServices: readonly ServiceReach[];
  /** Sum over services less the programme’s figure: who would have been counted more than once. */
  readonly doubleCountingRemoved: {
    readonly children: number;
    readonly adults: number;
    readonly families: number;
  };
  /** By deprivation decile of the residence as it is held. */
  readonly byDeprivation: readonly DecileReach[];
}

interface CountRow {
  readonly strand: string | null;
  readonly service: string | null;
  readonly level: number;
  readonly children: number;
  readonly adults: number;
  readonly families: number;
  readonly workforce: number;
  readonly individuals: number;
  readonly unlinkable: number;
  readonly referred: number;
  readonly anonymous: number;
}

interface DoubtRow extends Pick<CountRow, 'level' | 'strand' | 'service'> {
  readonly indistinct: number;
  readonly by_birth_date_alone: number;
}

/** Qualifying engagements of the period with where they belong. $1 and $2 bound the half-open period. */
const qualifying = (schema: string) => `
  SELECT s.strand, s.service, r.record_id, r.individual_id, r.role, r.state, r.reason, r.marks, r.case_mark,
         coalesce(f.family_id, r.individual_id) AS family_id, i.attributes->>'lsoa' AS lsoa
  FROM ${schema}.engagement e
  JOIN ${schema}.record r USING (record_id)
  JOIN ${schema}.dataset d ON d.dataset = r.dataset
  JOIN ${schema}.service s ON s.service = d.service
  LEFT JOIN ${schema}.individual i ON i.individual_id = r.individual_id
  LEFT JOIN ${schema}.family_member f ON f.scope = 'programme' AND f.individual_id = r.individual_id
  WHERE e.qualifying AND r.state <> 'retired'
    AND ($1::date IS NULL OR e.event_date >= $1::date) AND ($2::date IS NULL OR e.event_date < $2::date)`;

const beneficiary = `role IN ('child', 'adult')`;
const person = `state = 'linked' AND ${beneficiary}`;

/** level: 0 service, 1 strand, 3 programme (PostgreSQL’s GROUPING of strand and service). */
const counts = (schema: string) => `
  WITH qualifying AS MATERIALIZED (${qualifying(schema)})
  SELECT strand, service, GROUPING(strand, service) AS level,
         (count(DISTINCT individual_id) FILTER (WHERE ${person} AND role = 'child'))::int AS children,
         (count(DISTINCT individual_id) FILTER (WHERE ${person} AND role = 'adult'))::int AS adults,
         (count(DISTINCT individual_id) FILTER (WHERE ${person}))::int AS individuals,
         (count(DISTINCT family_id) FILTER (WHERE ${person}))::int AS families,
         (count(DISTINCT individual_id) FILTER (WHERE state = 'linked' AND role IN ('practitioner', 'volunteer')))::int AS workforce,
         (count(*) FILTER (WHERE state = 'set-aside' AND reason = 'unlinkable' AND ${beneficiary}))::int AS unlinkable,
         (count(*) FILTER (WHERE state = 'set-aside' AND reason = 'referred' AND ${beneficiary}))::int AS referred,
         (count(*) FILTER (WHERE state = 'set-aside' AND reason = 'impersonal'))::int AS anonymous
  FROM qualifying
  GROUP BY GROUPING SETS ((), (strand), (strand, service))`;

/** How many people more than one each individual’s qualifying rows could be, and of whom that rests on a birth date. */
const indistinctPeople = (schema: string) => `
  WITH attended AS MATERIALIZED (SELECT * FROM (${qualifying(schema)}) q WHERE ${person}), ${toldApart(schema)},
  people AS (
    SELECT strand, service, GROUPING(strand, service) AS level, count(DISTINCT somebody) AS people,
           bool_or(born_alone) AS born_alone
    FROM told_apart GROUP BY GROUPING SETS ((individual_id), (individual_id, strand), (individual_id, strand, service))
  )
  SELECT strand, service, level, sum(people - 1)::int AS indistinct,
         (count(*) FILTER (WHERE born_alone))::int AS by_birth_date_alone
  FROM people GROUP BY strand, service, level`;

const throughCarer = (schema: string) => `
  WITH reached AS MATERIALIZED (
    SELECT DISTINCT strand, service, individual_id, role FROM (${qualifying(schema)}) q WHERE ${person}
  ), related AS MATERIALIZED (
    SELECT DISTINCT a.strand, a.service, k.child_id
    FROM reached a JOIN ${schema}.relationship k ON k.kind = 'carer' AND k.other_id = a.individual_id
    WHERE a.role = 'adult'
  )
  SELECT 0 AS level, strand, service, (count(*))::int AS children FROM related c
  WHERE NOT EXISTS (SELECT FROM reached r WHERE r.individual_id = c.child_id AND r.service = c.service)
  GROUP BY strand, service
  UNION ALL
  SELECT 1, strand, NULL, count(DISTINCT child_id)::int FROM related c
  WHERE NOT EXISTS (SELECT FROM reached r WHERE r.individual_id = c.child_id AND r.strand IS NOT DISTINCT FROM c.strand)
  GROUP BY strand
  UNION ALL
  SELECT 3, NULL, NULL, count(DISTINCT child_id)::int FROM related c
  WHERE NOT EXISTS (SELECT FROM reached r WHERE r.individual_id = c.child_id)`;

const deprivation = (schema: string) => `
  SELECT a.deprivation_decile AS decile,
         (count(DISTINCT individual_id) FILTER (WHERE role = 'child'))::int AS children,
         (count(DISTINCT individual_id) FILTER (WHERE role = 'adult'))::int AS adults,
         (count(DISTINCT family_id))::int AS families
  FROM (${qualifying(schema)}) q LEFT JOIN ${schema}.area a ON a.lsoa = q.lsoa
  WHERE ${person}
  GROUP BY a.deprivation_decile ORDER BY a.deprivation_decile NULLS LAST`;

export interface ReachQuestion {
  /** Schema of read models: the live one, or one rebuilt up to a position. A trusted identifier. */
  readonly schema: string;
  /** First day and the day after the last, yyyy-mm-dd; absent for lifetime reach, which is never a sum of quarters. */
  readonly period?: { readonly start: string; readonly end: string };
}

/** Computes reach from read models. The client must be in a repeatable-read transaction: several queries see one state. */
export async function reach(client: pg.ClientBase, question: ReachQuestion): Promise<Reach> {
  const { schema } = question;
  const bounds = [question.period?.start ?? null, question.period?.end ?? null];
  const numbers = await client.query<CountRow>(counts(schema), bounds);
  const doubts = await client.query<DoubtRow>(indistinctPeople(schema), bounds);
  const carers = await client.query<Pick<CountRow, 'level' | 'strand' | 'service' | 'children'>>(
    throughCarer(schema),
    bounds,
  );
  const deciles = await client.query<DecileReach>(deprivation(schema), bounds);
  const services = await client.query<{
    service: string;
    name: string;
    strand: string | null;
    individual_beneficiaries: boolean;
  }>(
    `SELECT service, name, strand, individual_beneficiaries FROM ${schema}.service ORDER BY administrative, ordinal`,
  );
  const strands = await client.query<{ strand: string; name: string }>(
    `SELECT strand, name FROM ${schema}.strand ORDER BY ordinal`,
  );
  const position = await client.query<{ position: number }>(
    `SELECT position::float8 AS position FROM ${schema}.checkpoint`,
  );

  const figure = (level: number, strand: string | null, service: string | null): ReachFigure => {
    const same = (row: Pick<CountRow, 'level' | 'strand' | 'service'>) =>
      row.level === level && row.strand === strand && row.service === service;
    const row = numbers.rows.find(same);
    const individuals = row?.individuals ?? 0;
    const unlinkable = row?.unlinkable ?? 0;
    const referred = row?.referred ?? 0;
    const { indistinct = 0, by_birth_date_alone = 0 } = doubts.rows.find(same) ?? {};
    return {
      children: row?.children ?? 0,
      adults: row?.adults ?? 0,
      families: row?.families ?? 0,
      individuals,
      childrenThroughCarerOnly: carers.rows.find(same)?.children ?? 0,
      workforce: row?.workforce ?? 0,
      unlinkable,
      referred,
      indistinct,
      upperBound: individuals + unlinkable + referred + indistinct,
      anonymous: row?.anonymous ?? 0,
      byBirthDateAlone: by_birth_date_alone,
    };
  };
  const ofService = (row: (typeof services.rows)[number]): ServiceReach => ({
    service: row.service,
    name: row.name,
    individualBeneficiaries: row.individual_beneficiaries,
    ...figure(0, row.strand, row.service),
  });
  const programme = figure(3, null, null);
  const all = services.rows.map(ofService);
  const excess = (of: (value: ReachFigure) => number) =>
    all.reduce((sum, service) => sum + of(service), 0) - of(programme);
  return {
    position: position.rows[0]?.position ?? -1,
    programme,
    strands: strands.rows.map((strand) => ({
      strand: strand.strand,
      name: strand.name,
      ...figure(1, strand.strand, null),
      services: services.rows.filter((service) => service.strand === strand.strand).map(ofService),
    })),
    otherServices: services.rows
      .filter((service) => service.strand === null)
      .map(ofService)
      .filter((service) => service.upperBound + service.workforce + service.anonymous > 0),
    doubleCountingRemoved: {
      children: excess((value) => value.children),
      adults: excess((value) => value.adults),
      families: excess((value) => value.families),
    },
    byDeprivation: deciles.rows,
  };
}
