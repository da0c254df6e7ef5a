import { InjectPool } from '@kinledger/service-kit';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { z } from 'zod';
import { ReadModels } from '../read-models/read-models.js';

const counts = z.record(z.string(), z.number());

/** A file and what became of it: in the restricted zone by its messages, from the linker on by the ledger. */
export const submissionView = z.object({
  upload: z.string().nullable(),
  submission: z.string().nullable().describe('Absent until the file is submitted.'),
  intake: z.int().nullable(),
  provider: z.string().nullable(),
  dataset: z.string().nullable(),
  period: z.string().nullable(),
  sequence: z.int().nullable(),
  state: z
    .string()
    .describe(
      'validated, refused, discarded, accepted, pseudonymised, unprocessable; then linked, withdrawn, parked.',
    ),
  reason: z.string().nullable(),
  attestedBy: z.string().nullable(),
  onBehalfOf: z.string().nullable(),
  supersedes: z.array(z.string()),
  counts: counts.nullable().describe('Rows by outcome at intake.'),
  findings: counts.nullable().describe('Findings by rule.'),
  outcomes: counts.nullable().describe('Rows by outcome of linkage.'),
  closedAt: z.int().nullable().describe('Ledger position at which it was decided.'),
  since: z.string().nullable(),
});
export type SubmissionView = z.infer<typeof submissionView>;

const view = (schema: string) => `
  SELECT replace(u.upload_id::text, '-', '') AS upload,
         replace(coalesce(s.submission_id, u.submission_id)::text, '-', '') AS submission,
         coalesce(s.intake, u.intake) AS intake,
         coalesce(s.provider, u.provider) AS provider,
         coalesce(s.dataset, u.dataset) AS dataset,
         coalesce(s.period, u.period) AS period,
         s.sequence,
         coalesce(s.state, u.state) AS state,
         CASE WHEN s.submission_id IS NULL THEN u.reason ELSE s.reason END AS reason,
         s.attested_by AS "attestedBy",
         s.on_behalf_of AS "onBehalfOf",
         coalesce((SELECT array_agg(replace(x::text, '-', '')) FROM unnest(s.supersedes) AS x), '{}') AS supersedes,
         coalesce(s.counts, u.counts) AS counts,
         coalesce(s.findings, u.findings) AS findings,
         s.outcomes,
         s.closed AS "closedAt",
         to_char(coalesce(u.first_at, s.received_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
  FROM ${schema}.submission s FULL JOIN operations.upload u ON u.submission_id = s.submission_id`;

@Injectable()
export class Submissions {
  constructor(
    private readonly readModels: ReadModels,
    @InjectPool('platform') private readonly pool: pg.Pool,
  ) {}

  /**
   * The latest submission first, by its place in the order of intake; then what was checked and never submitted, the
   * latest first. Uploads that were discarded are no files any more and are left out.
   */
  async page(options: {
    readonly limit: number;
    readonly offset: number;
    /** Files that were submitted, files that were not, or both where it is absent. */
    readonly submitted?: boolean;
  }): Promise<{ readonly total: number; readonly submissions: SubmissionView[] }> {
    return this.readModels.read(async ({ client, schema }) => {
      const chosen = `${view(schema)}
        WHERE (s.submission_id IS NOT NULL OR u.state <> 'discarded')
          AND ($1::boolean IS NULL OR $1 = (coalesce(s.intake, u.intake) IS NOT NULL))`;
      const submitted = options.submitted ?? null;
      const { rows } = await client.query<SubmissionView>(
        `${chosen} ORDER BY coalesce(s.intake, u.intake) DESC NULLS LAST, u.first_at DESC, 1 LIMIT $2 OFFSET $3`,
        [submitted, options.limit, options.offset],
      );
      const total = await client.query<{ total: number }>(
        `SELECT count(*)::int AS total FROM (${chosen}) v`,
        [submitted],
      );
      return { total: total.rows[0]?.total ?? 0, submissions: rows };
    });
  }

  /** By submission id or upload id. */
  async find(id: string): Promise<SubmissionView | undefined> {
    return this.readModels.read(async ({ client, schema }) => {
      const { rows } = await client.query<SubmissionView>(
        `${view(schema)} WHERE s.submission_id = $1::uuid OR u.submission_id = $1::uuid OR u.upload_id = $1::uuid LIMIT 1`,
        [id],
      );
      return rows[0];
    });
  }

  /** The places of submissions in the order of intake, for those of the ids that are known. */
  async placesOf(
    ids: readonly string[],
  ): Promise<readonly { readonly id: string; readonly intake: number }[]> {
    return this.readModels.read(async ({ client, schema }) => {
      const { rows } = await client.query<{ id: string; intake: number }>(
        `SELECT replace(submission_id::text, '-', '') AS id, intake FROM ${schema}.submission
         WHERE submission_id = ANY ($1::uuid[]) ORDER BY intake`,
        [ids],
      );
      return rows;
    });
  }
}
