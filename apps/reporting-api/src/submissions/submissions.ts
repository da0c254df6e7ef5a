import { ask, oneSubmission, submissionPlaces, submissionsCount, submissionsPage } from '@kinledger/figures';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ReadModels } from '../read-models/read-models.js';

const counts = z.record(z.string(), z.number());

/** A file and its state: from messages of the restricted zone, then from the ledger. */
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

@Injectable()
export class Submissions {
  readonly #readModels: ReadModels;

  constructor(readModels: ReadModels) {
    this.#readModels = readModels;
  }

  /**
   * Submissions by intake number, latest first; then uploads checked but not submitted, latest first. Leaves out
   * discarded uploads.
   */
  async page(options: {
    readonly limit: number;
    readonly offset: number;
    /** True for submitted files, false for others, absent for both. */
    readonly submitted?: boolean;
  }): Promise<{ readonly total: number; readonly submissions: SubmissionView[] }> {
    return this.#readModels.read(async ({ client }) => {
      const submitted = options.submitted ?? null;
      const page = [submitted, options.limit, options.offset];
      const submissions = await ask<SubmissionView>(client, submissionsPage, page);
      const [count] = await ask<{ total: number }>(client, submissionsCount, [submitted]);
      return { total: count?.total ?? 0, submissions: [...submissions] };
    });
  }

  /** Finds a file by submission id or upload id. */
  async find(id: string): Promise<SubmissionView | undefined> {
    return this.#readModels.read(async ({ client }) => {
      const [found] = await ask<SubmissionView>(client, oneSubmission, [id]);
      return found;
    });
  }

  /** Intake numbers by id, for the known ids. */
  async placesOf(
    ids: readonly string[],
  ): Promise<readonly { readonly id: string; readonly intake: number }[]> {
    return this.#readModels.read(({ client }) => ask(client, submissionPlaces, [ids]));
  }
}
