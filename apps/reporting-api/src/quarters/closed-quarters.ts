import { quarterFigures, quarterVersions } from '@kinledger/contracts';
import { ask, closedQuarters, definitionInForce, servicesOf } from '@kinledger/figures';
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
  services: z
    .array(
      z.object({
        service: z.string(),
        strand: z.string().nullable().describe('Null for an administrative source.'),
      }),
    )
    .nullable()
    .describe(
      'The scopes that the figures are of. Null if the programme’s definition has changed since the quarter closed.',
    ),
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
  all(): Promise<readonly ClosedQuarterView[]> {
    return this.#readModels.read(async ({ client }) => {
      const rows = await ask<QuarterRow>(client, closedQuarters, [null]);
      return rows.map(({ figures: _, ...quarter }) => quarter);
    });
  }

  find(period: string): Promise<PublishedQuarterView | undefined> {
    return this.#readModels.read(async ({ client }) => {
      const [quarter] = await ask<QuarterRow>(client, closedQuarters, [period]);
      if (quarter === undefined) return undefined;
      const [definition] = await ask<{ digest: string }>(client, definitionInForce);
      const isSame = definition?.digest === quarter.versions.definition;
      const services = isSame ? await servicesOf(client) : undefined;
      return {
        ...quarter,
        services: services?.map(({ service, strand }) => ({ service, strand })) ?? null,
      };
    });
  }
}

type QuarterRow = Omit<PublishedQuarterView, 'services'>;
