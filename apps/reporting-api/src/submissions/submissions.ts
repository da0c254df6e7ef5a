import {
  ask,
  oneSubmission,
  qualityByPeriod,
  rowsByDataset,
  submissionPlaces,
  submissionsCount,
  submissionsPage,
} from '@kinledger/figures';
import type { Caller } from '@kinledger/service-kit';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { seenBy } from '../figures/seen.js';
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
  counts: counts.nullable().describe('Rows by outcome at intake; null for a reader.'),
  findings: counts.nullable().describe('Findings by rule; null for a reader.'),
  outcomes: counts.nullable().describe('Rows by outcome of linkage; null for a reader.'),
  closedAt: z.int().nullable().describe('Ledger position at which it was decided.'),
  since: z.string().nullable(),
});
export type SubmissionView = z.infer<typeof submissionView>;

/**
 * A file as this caller may see it. Rows are counted exactly, and row by row they make up the figures: to a reader they
 * would tell what closed quarters suppress.
 */
export const submissionFor = (caller: Caller, view: SubmissionView): SubmissionView =>
  seenBy(caller) === 'exact' ? view : { ...view, counts: null, findings: null, outcomes: null };

const rows = z.int().nonnegative();

/** Rows of the files of a dataset that stand, by what became of them. */
export const datasetRows = z.object({
  dataset: z.string(),
  serviceName: z.string(),
  dataType: z.string(),
  files: rows.describe('Files that are linked and not withdrawn.'),
  read: rows.describe('Rows of these files.'),
  accepted: rows.describe('Rows that intake took.'),
  warned: rows.describe('Accepted rows with a warning.'),
  rejected: rows.describe('Rows with an error, or without consent.'),
  duplicate: rows.describe('Rows that repeat an earlier row of their file.'),
  linked: rows.describe('Rows about a person, new or known.'),
  unlinkable: rows.describe('Rows without a usable identifier.'),
  referred: rows.describe('Rows whose identifiers contradict each other, which wait for review.'),
  impersonal: rows.describe('Rows that name nobody.'),
  unchanged: rows.describe('Rows that an earlier file of the dataset holds.'),
  superseded: rows.describe('Rows of which a later file has a newer version.'),
  suppressed: rows.describe('Rows of people whose data was erased.'),
});
export type DatasetRows = z.infer<typeof datasetRows>;

/** Rows and findings of the files of one dataset and period that stand. */
export interface QualityRow {
  readonly service: string;
  readonly dataset: string;
  readonly dataType: string;
  readonly period: string;
  readonly files: number;
  /** yyyy-mm-dd, in Europe/London. */
  readonly receivedOn: string | null;
  readonly read: number;
  readonly accepted: number;
  readonly warned: number;
  readonly rejected: number;
  readonly duplicate: number;
  readonly linked: number;
  readonly unlinkable: number;
  readonly referred: number;
  /** Rows by code of the finding. */
  readonly findings: Readonly<Record<string, number>>;
}

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

  /** Rows of the files that stand, by dataset, in the order of the programme. */
  async byDataset(): Promise<{ readonly position: number; readonly datasets: readonly DatasetRows[] }> {
    return this.#readModels.read(async ({ client, position }) => ({
      position,
      datasets: await ask<DatasetRows>(client, rowsByDataset),
    }));
  }

  /** Rows and findings of the files that stand, by dataset and period. */
  async quality(): Promise<{ readonly position: number; readonly rows: readonly QualityRow[] }> {
    return this.#readModels.answer('quality', async ({ client, position }) => ({
      position,
      rows: await ask<QualityRow>(client, qualityByPeriod),
    }));
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
