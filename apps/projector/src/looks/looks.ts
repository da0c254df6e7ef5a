import { instantSql, type LookOutcome } from '@kinledger/database';
import { InjectPool } from '@kinledger/service-kit';
import { Injectable } from '@nestjs/common';
import { stringify } from 'csv-stringify/sync';
import type pg from 'pg';
import { z } from 'zod';

const outcomes = [
  'explained',
  'not-in-ledger',
  'failed',
  'stopped',
] as const satisfies readonly LookOutcome[];

/** A look, as the trail has it. */
export const lookView = z.object({
  look: z.int().describe('Its place in the trail, from 1.'),
  id: z.string(),
  askedAt: z.string(),
  person: z.string().describe('Account that asked; for the command line, the user of that machine.'),
  organisation: z.string().nullable(),
  roles: z.array(z.string()).describe('Roles of the account at that time.'),
  via: z.enum(['service', 'command-line']),
  writtenBy: z.string().describe('Role of the database that wrote it.'),
  stream: z.string(),
  subject: z.string().describe('The record or individual that was asked about.'),
  individual: z.string().nullable().describe('Whom that turned out to be.'),
  asAt: z.int().describe('Ledger position as at which it was told.'),
  reason: z.string(),
  outcome: z.enum(outcomes).nullable().describe('Null while it is under way, or if nobody could say.'),
  endedAt: z.string().nullable(),
});
export type LookView = z.infer<typeof lookView>;

export interface LooksAsked {
  /** A record or an individual, however it was asked about; everybody without one. */
  readonly about?: string | undefined;
  /** Only looks before this place in the trail. */
  readonly before?: number | undefined;
  readonly limit: number;
}

const CSV_PAGE = 1_000;

/** Reads the trail of looks. */
@Injectable()
export class Looks {
  readonly #pool: pg.Pool;

  constructor(@InjectPool('platform') pool: pg.Pool) {
    this.#pool = pool;
  }

  /** The latest first. */
  async page({ about, before, limit }: LooksAsked): Promise<readonly LookView[]> {
    const { rows } = await this.#pool.query<LookView>(
      `SELECT look::float8 AS look, replace(look_id::text, '-', '') AS id, ${instantSql('asked_at')} AS "askedAt", person,
         organisation, roles, via, l.written_by AS "writtenBy", stream, subject, individual, as_at::float8 AS "asAt", reason,
         outcome, ${instantSql('ended_at')} AS "endedAt"
       FROM audit.look l LEFT JOIN audit.look_outcome o USING (look_id)
       WHERE ($1::text IS NULL OR subject = $1 OR individual = $1) AND ($2::bigint IS NULL OR look < $2)
       ORDER BY look DESC LIMIT $3`,
      [about ?? null, before ?? null, limit],
    );
    return rows;
  }

  /** The whole trail as CSV, the latest first. */
  async csv(about: string | undefined): Promise<string> {
    const parts = [stringify([columns], { escape_formulas: true })];
    for (let before: number | undefined; ;) {
      const page = await this.page({ about, before, limit: CSV_PAGE });
      parts.push(
        stringify(
          page.map((look) => columns.map((column) => cellOf(look[column]))),
          { escape_formulas: true },
        ),
      );
      before = page.at(-1)?.look;
      if (page.length < CSV_PAGE) return parts.join('');
    }
  }
}

const columns = Object.keys(lookView.shape) as readonly (keyof LookView)[];
const cellOf = (value: LookView[keyof LookView]): string | number | null =>
  Array.isArray(value) ? value.join(' ') : value;
