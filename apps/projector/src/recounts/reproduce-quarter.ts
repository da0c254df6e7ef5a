import { canonicalBytes, periodOfCode, sha256Hex } from '@kinledger/domain';
import {
  boundOf,
  Cells,
  computeQuarter,
  differencesOf,
  erasureEffect,
  figuresInForce,
  withRemedy,
  type CellDifference,
  type ErasureEffect,
  type RemedyOf,
} from '@kinledger/figures';
import { commitmentToFigures, keptFigures } from '../closing/closed-figures.js';
import { recount, type RecountOptions } from '../closing/recount.js';
import { erasedAfter, type PublishedQuarter } from './closed-quarter.js';

/** What came of computing a closed quarter again. */
export interface Reproduction {
  readonly period: string;
  readonly edition: number;
  readonly closing: number;
  readonly published: number;
  /**
   * identical: byte for byte, and the full figures are those that the ledger commits to. erased: they differ, by no more
   * than what was erased since can have changed. different: by more, or nothing was erased. not-comparable: the published
   * form is the same, and the full figures that are kept are missing or not those that the ledger commits to.
   */
  readonly outcome: 'identical' | 'erased' | 'different' | 'not-comparable';
  /** SHA-256 of the published form: in the ledger, and of what is computed now. */
  readonly digest: string;
  readonly recountedDigest: string;
  /** Whether the full figures that are kept are those that the ledger commits to. */
  readonly kept: 'stand' | 'differ' | 'missing';
  /** Live records at the closing that were erased since. */
  readonly erasures: ErasureEffect;
  /** Counts that differ from the full figures that are kept, with how much an erasure can have changed them at most. */
  readonly differences: readonly (CellDifference & { readonly bound: number })[];
  /** Definitions of this program whose digest is not the one that the quarter was closed with. */
  readonly changedSince: readonly string[];
}

/**
 * Computes a closed quarter again from the ledger, in read models of its own up to the closing event, by the definitions
 * that the event names, and compares. It leaves nothing behind.
 * @throws DefinitionMissing where this program does not have one of them.
 */
export async function reproduceQuarter(
  options: Omit<RecountOptions, 'upTo'>,
  { edition, closing, publication }: PublishedQuarter,
  remedy: RemedyOf,
): Promise<Reproduction> {
  const { store, stream } = options;
  const { period, versions, programme } = closing.data;
  const erased = await erasedAfter(store, stream, closing.revision);
  return recount({ ...options, upTo: closing.revision }, async (client) => {
    const kept = await keptFigures(client, stream, closing.revision);
    // The remedy that was applied is kept: another version of the solver could find another one.
    const applied = kept?.published.remedy;
    const computed = await computeQuarter(client, {
      ...{ programme, period: periodOfCode(period), position: closing.revision },
      figures: versions.figures.map(({ figure }) => figure),
      disclosure: versions.disclosure,
      remedy:
        applied === undefined ? remedy : (published, services) => withRemedy(published, applied, services),
    });
    const erasures = await erasureEffect(client, erased);
    const { published: digest, commitment } = publication.data;
    const recountedDigest = sha256Hex(canonicalBytes(computed.published));
    const keeps = kept !== undefined && commitmentToFigures(kept.salt, kept.full) === commitment;
    const isSame = kept !== undefined && commitmentToFigures(kept.salt, computed.full) === commitment;
    const differences =
      kept === undefined
        ? []
        : differencesOf(new Cells(kept.full), new Cells(computed.full)).map((cell) => ({
            ...cell,
            bound: boundOf(cell, erasures),
          }));
    const isBounded = differences.every(({ before, after, bound }) => Math.abs(after - before) <= bound);
    return {
      ...{ period, edition, closing: closing.revision, published: publication.revision },
      outcome: outcomeOf(digest === recountedDigest, isSame, keeps, erasures.records > 0 && isBounded),
      ...{ digest, recountedDigest, erasures, differences },
      kept: kept === undefined ? 'missing' : keeps ? 'stand' : 'differ',
      changedSince: changedSince(versions.figures),
    };
  });
}

function outcomeOf(
  samePublished: boolean,
  sameFull: boolean,
  keeps: boolean,
  isExplained: boolean,
): Reproduction['outcome'] {
  if (samePublished && sameFull) return 'identical';
  if (!keeps) return samePublished ? 'not-comparable' : 'different';
  return isExplained ? 'erased' : 'different';
}

/** A query may have been made faster since: its answers have to be the same, and that is what is compared here. */
function changedSince(closedWith: readonly { readonly figure: string; readonly digest: string }[]): string[] {
  const now = new Map(figuresInForce().figures.map(({ figure, digest }) => [figure, digest]));
  return closedWith.flatMap(({ figure, digest }) =>
    now.has(figure) && now.get(figure) !== digest ? [figure] : [],
  );
}
