import { LIVE_SCHEMA } from '@kinledger/read-models';
import { idOf } from '@kinledger/read-models/testing';
import type pg from 'pg';

interface SmallRow {
  readonly service: string;
  readonly date: string;
  /** The individual that it belongs to; absent for a row of nobody. */
  readonly person?: string;
  readonly role?: 'child' | 'adult' | 'practitioner' | 'volunteer' | 'none';
  readonly setAside?: 'unlinkable' | 'referred' | 'impersonal';
  readonly retired?: boolean;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Rows of outcomes, feedback and inputs of a small programme. */
export interface SmallFacts {
  readonly outcomes?: readonly (SmallRow & {
    readonly instrument: string;
    readonly occasion: string;
    readonly scores: Readonly<Record<string, number>>;
  })[];
  readonly feedback?: readonly (SmallRow & { readonly question: string; readonly rating: number })[];
  readonly inputs?: readonly (SmallRow & {
    readonly category: string;
    readonly item: string;
    readonly quantity: number;
    readonly unit: string;
  })[];
}

/** Adds rows to the live read models of a small programme, as the role that owns them. */
export async function addSmallFacts(client: pg.ClientBase, facts: SmallFacts): Promise<void> {
  const at = (table: string) => `${LIVE_SCHEMA}.${table}`;
  const next = async (table: string) => {
    const { rows } = await client.query<{ next: number }>(
      `SELECT coalesce(max(number), 0) + 1 AS next FROM ${at(table)}`,
    );
    return rows[0]?.next ?? 1;
  };
  const datasetOf = async (service: string, type: string): Promise<number> => {
    const dataset = `${service}.${type}`;
    await client.query(
      `INSERT INTO ${at('dataset')} VALUES ($1, $2, $3, 'delta', 0, '{}') ON CONFLICT DO NOTHING`,
      [dataset, service, type],
    );
    await client.query(`INSERT INTO ${at('numbered_dataset')} VALUES ($1, $2) ON CONFLICT DO NOTHING`, [
      await next('numbered_dataset'),
      dataset,
    ]);
    const { rows } = await client.query<{ number: number }>(
      `SELECT number FROM ${at('numbered_dataset')} WHERE dataset = $1`,
      [dataset],
    );
    return rows[0]?.number ?? 0;
  };
  const record = async (row: SmallRow, type: string): Promise<number> => {
    const number = await next('numbered_record');
    const state = row.retired ? 'retired' : row.setAside ? 'set-aside' : 'linked';
    await client.query(
      `INSERT INTO ${at('numbered_record')} (number, individual, submission, as_of, record_id, row_key, dataset, marks, attributed,
         role, state, reason, attributes)
       VALUES ($1, (SELECT number FROM ${at('numbered_individual')} WHERE individual_id = $2), 0, $3, $4, $4, $5, 0, false, $6, $7, $8, $9)`,
      [
        ...[number, row.person === undefined ? null : idOf(row.person), row.date, idOf(`fact ${number}`)],
        ...[await datasetOf(row.service, type), row.role ?? 'adult', state, row.setAside ?? null],
        row.attributes === undefined ? null : JSON.stringify(row.attributes),
      ],
    );
    return number;
  };
  for (const { instrument, occasion, scores, ...row } of facts.outcomes ?? []) {
    const number = await record(row, 'outcome');
    for (const [place, [measure, score]] of Object.entries(scores).entries())
      await client.query(`INSERT INTO ${at('numbered_outcome')} VALUES ($1, $2, $3, $4, $5, $6)`, [
        ...[number, place, instrument, measure, occasion, score],
      ]);
  }
  for (const { question, rating, ...row } of facts.feedback ?? [])
    await client.query(`INSERT INTO ${at('numbered_feedback')} VALUES ($1, $2, $3)`, [
      ...[await record(row, 'feedback'), question, rating],
    ]);
  for (const { category, item, quantity, unit, ...row } of facts.inputs ?? [])
    await client.query(`INSERT INTO ${at('numbered_input')} VALUES ($1, $2, $3, $4, $5)`, [
      ...[await record({ ...row, role: 'none' }, 'input'), category, item, quantity, unit],
    ]);
}

/** Puts members of the programme definition in force in the live read models. */
export const defineSmall = (client: pg.ClientBase, definition: object): Promise<unknown> =>
  client.query(`UPDATE ${LIVE_SCHEMA}.programme SET definition = definition || $1`, [
    JSON.stringify(definition),
  ]);
