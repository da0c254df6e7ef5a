import { REVIEWED } from '@kinledger/domain';
import { drawSample, stratifiedShare, type DecidedStratum, type Measured } from '@kinledger/linkage-quality';
import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import { readTable } from '../input/text-file.js';
import type { MadeLink } from './live-records.js';
import type { LedgerRecords } from './read-live-records.js';

const decisions = ['same', 'different', 'unsure'] as const;

const line = z.object({
  stratum: z.string().min(1),
  links: z.coerce.number().int().positive(),
  left: z.string().regex(/^[0-9a-f]{32}$/, 'expected a row key'),
  right: z.string().regex(/^[0-9a-f]{32}$/, 'expected a row key'),
  decision: z.enum(['', ...decisions]),
});
/** A pair to review. `links` is how many links its stratum has. */
type SampledPair = z.infer<typeof line>;

const columns = ['stratum', 'links', 'left', 'right', 'decision'] as const;

/**
 * The links that a strategy made between person records. Without those that a person’s decision made, because a review
 * would only judge itself, and without those of sensitive datasets, which nobody may review.
 */
export const reviewableLinks = ({ records, dataset }: LedgerRecords): readonly MadeLink[] =>
  records.links().filter(
    ({ rule, ends }) =>
      rule !== REVIEWED.rule &&
      ends.every(({ dataset: id }) => {
        const found = dataset(id);
        return found?.dataType === 'user' && found.sensitive !== true;
      }),
  );

/** Draws links to review, by the rule that made them and the band of their score. */
export function drawReview(
  links: readonly MadeLink[],
  options: { readonly size: number; readonly seed: string },
): readonly SampledPair[] {
  return drawSample(links, stratumOf, options).flatMap(({ stratum, size, drawn }) =>
    drawn.map(({ ends: [left, right] }) => ({
      ...{ stratum, links: size, left: left.rowKey, right: right.rowKey },
      decision: '' as const,
    })),
  );
}

const MILLIBITS = 1_000;
/** Width of a band of scores, in bits. */
const BAND = 3;
/** From this many bits on, scores are in one band. */
const LAST_BAND = 15;

function stratumOf({ rule, score }: MadeLink): string {
  if (score === undefined) return rule;
  const from = Math.min(Math.floor(score / MILLIBITS / BAND) * BAND, LAST_BAND);
  return from === LAST_BAND ? `${rule}, ${from} bits and more` : `${rule}, ${from} to ${from + BAND} bits`;
}

export const sampleCsv = (pairs: readonly SampledPair[]): string =>
  stringify([...pairs], { header: true, columns: [...columns] });

/** @throws Failure naming the first line that is not of a sample. */
export const readSample = (text: string, file: string): readonly SampledPair[] => readTable(text, file, line);

/** What was decided of one stratum. */
interface ReviewedStratum extends DecidedStratum {
  readonly stratum: string;
  readonly sampled: number;
  readonly undecided: number;
}

export interface ReviewedLinks {
  readonly strata: readonly ReviewedStratum[];
  /** The share of wrong links among all that could be reviewed. */
  readonly falseLinks: Measured;
}

/** Counts the decisions that were written into a sample. */
export function reviewedLinks(pairs: readonly SampledPair[]): ReviewedLinks {
  const strata = [...Map.groupBy(pairs, ({ stratum }) => stratum)].map(([stratum, members]) => {
    const count = (which: SampledPair['decision']) =>
      members.filter(({ decision }) => decision === which).length;
    return {
      ...{ stratum, links: members[0]?.links ?? 0, sampled: members.length },
      ...{ same: count('same'), different: count('different'), undecided: count('unsure') + count('') },
    };
  });
  return { strata, falseLinks: stratifiedShare(strata) };
}
