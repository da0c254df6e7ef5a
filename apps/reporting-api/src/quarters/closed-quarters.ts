import { quarterFigures, quarterVersions } from '@kinledger/contracts';
import { ask, closedQuarters } from '@kinledger/figures';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ReadModels } from '../read-models/read-models.js';

/** A closed quarter, without its figures. */
export const closedQuarterView = z.object({
  period: z.string(),
  closing: z
    .int()
    .describe('Ledger position at which the quarter closed: its figures are those at that position.'),
  closedAt: z.string(),
  closedBy: z.string().describe('Account that asked for it.'),
  reason: z.string(),
  versions: quarterVersions.describe('All that the figures depend on.'),
  publishedAt: z
    .int()
    .nullable()
    .describe('Ledger position of FiguresPublished; null while the figures are being computed.'),
  digest: z.string().nullable().describe('SHA-256 of the canonical JSON of the published form.'),
  commitment: z.string().nullable().describe('Salted commitment to the full figures.'),
});
export type ClosedQuarterView = z.infer<typeof closedQuarterView>;

/** A closed quarter with the published form of its figures. */
export const publishedQuarterView = closedQuarterView.extend({
  figures: quarterFigures.nullable().describe('The published form, after disclosure control.'),
});
export type PublishedQuarterView = z.infer<typeof publishedQuarterView>;

/** Reads the quarters that are closed. */
@Injectable()
export class ClosedQuarters {
  readonly #readModels: ReadModels;

  constructor(readModels: ReadModels) {
    this.#readModels = readModels;
  }

  /** Latest quarter first. */
  async all(): Promise<readonly ClosedQuarterView[]> {
    const rows = await this.#read(null);
    return rows.map(({ figures: _, ...quarter }) => quarter);
  }

  async find(period: string): Promise<PublishedQuarterView | undefined> {
    return (await this.#read(period))[0];
  }

  #read(period: string | null): Promise<readonly PublishedQuarterView[]> {
    return this.#readModels.read(({ client }) => ask<PublishedQuarterView>(client, closedQuarters, [period]));
  }
}
