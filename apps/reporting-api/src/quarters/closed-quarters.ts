import { quarterFigures, quarterVersions, releaseAudit } from '@kinledger/contracts';
import { ask, closedQuarters, definitionInForce, servicesOf } from '@kinledger/figures';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Seen } from '../figures/seen.js';
import { ReadModels } from '../read-models/read-models.js';

const act = z.object({
  position: z.int().describe('Its ledger position.'),
  at: z.string(),
  by: z.string().describe('Account that asked for it.'),
  reason: z.string(),
});

/** A closed quarter in one edition, without its figures. */
export const closedQuarterView = z.object({
  period: z.string(),
  edition: z.int().describe('Which closing of the quarter this is, from 1.'),
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
  digest: z
    .string()
    .nullable()
    .describe('SHA-256 of the canonical JSON of the published form; to a reader null unless that leaves.'),
  commitment: z.string().nullable().describe('Salted commitment to the full figures.'),
  audit: releaseAudit.nullable().describe('The audit of the published form; null where it has none.'),
  standing: z
    .enum(['unpublished', 'published', 'superseded', 'withdrawn'])
    .describe(
      'What leaves: nothing yet; the published form; no more, since another edition does; no more at all.',
    ),
  release: act
    .nullable()
    .describe(
      'The act of publishing. Null where there is none: the edition is unpublished, or left when it closed, before publishing was an act.',
    ),
  ended: act
    .nullable()
    .describe('The act that ended it: of publishing another edition, or of withdrawing this one.'),
});
export type ClosedQuarterView = z.infer<typeof closedQuarterView>;

/** A closed quarter with the published form of its figures. */
export const publishedQuarterView = closedQuarterView.extend({
  figures: quarterFigures
    .nullable()
    .describe('The published form, after disclosure control; to a reader null unless it leaves.'),
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

  /** Latest quarter first, and of each the latest edition first. */
  all(seen: Seen): Promise<readonly ClosedQuarterView[]> {
    return this.#readModels.read(async ({ client }) => {
      const rows = await ask<QuarterRow>(client, closedQuarters, [null]);
      return rows.map((row) => {
        const { figures: _, ...quarter } = seenAs(seen, row);
        return quarter;
      });
    });
  }

  /** An edition of a quarter: by default the one that leaves, else the latest. */
  find(seen: Seen, period: string, edition?: number): Promise<PublishedQuarterView | undefined> {
    return this.#readModels.read(async ({ client }) => {
      const editions = await ask<QuarterRow>(client, closedQuarters, [period]);
      const quarter =
        edition === undefined
          ? (editions.find(({ standing }) => standing === 'published') ?? editions[0])
          : editions.find((each) => each.edition === edition);
      if (quarter === undefined) return undefined;
      const [definition] = await ask<{ digest: string }>(client, definitionInForce);
      const isSame = definition?.digest === quarter.versions.definition;
      const services = isSame ? await servicesOf(client) : undefined;
      return {
        ...seenAs(seen, quarter),
        services: services?.map(({ service, strand }) => ({ service, strand })) ?? null,
      };
    });
  }
}

type QuarterRow = Omit<PublishedQuarterView, 'services'>;

/** Of an edition that does not leave, readers see when it closed and what became of it, and no figure. */
const seenAs = (seen: Seen, quarter: QuarterRow): QuarterRow =>
  seen === 'exact' || quarter.standing === 'published'
    ? quarter
    : { ...quarter, digest: null, figures: null };
