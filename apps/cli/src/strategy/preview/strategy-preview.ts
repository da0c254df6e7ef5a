import type { LedgerDecision } from '@kinledger/contracts';
import {
  DraftedChanges,
  draftAdoption,
  engineOptionsBeside,
  readLedgerAtHand,
  requireNameTableUnder,
  type LedgerAtHand,
  type LinkageChanges,
} from '@kinledger/decisions';
import type { ProgrammeDefinition } from '@kinledger/programme';
import type { LedgerReading } from '../../ledger/read-ledger.js';
import { PreviewedFigures, type PreviewedQuarter } from './previewed-figures.js';

/** A strategy as the ledger names it. */
export interface NamedStrategy {
  readonly strategy: string;
  /** Digest of all that linkage depends on, by which an adoption names it. */
  readonly digest: string;
}

/** What adopting a strategy would do. */
export interface StrategyPreview {
  /** Position of the ledger, which ends a decision. */
  readonly asAt: number;
  readonly inForce: NamedStrategy;
  readonly proposed: NamedStrategy & { readonly settings: ProgrammeDefinition['strategy'] };
  /** Whether it is the one in force: then nothing changes. */
  readonly isInForce: boolean;
  /** How many events the adoption would write. */
  readonly events: number;
  /** In exact counts; absent where figures after disclosure control alone are told. */
  readonly linkage?: LinkageChanges;
  /** Every quarter with figures, the earliest first; absent where figures were left out. */
  readonly quarters?: readonly PreviewedQuarter[];
  /** Whether only counts are given that may be published. */
  readonly isShown?: boolean;
}

/** The definition in force with another strategy. */
export type Proposal = (ledger: LedgerAtHand) => Promise<ProgrammeDefinition>;

/** What a preview tells. */
export interface PreviewAsked {
  readonly examples: number;
  /** Absent where figures are left out. */
  readonly figures?: {
    readonly platformUrl: string;
    /** Whether counts are given after disclosure control, each by itself. */
    readonly isShown: boolean;
  };
}

type Reading = Pick<LedgerReading, 'store' | 'stream' | 'progress' | 'signal'>;

/**
 * Has everything decided again in memory, and counts figures in tables that nobody else sees: nothing of it remains.
 * @throws Failure; what reading a ledger throws.
 */
export const previewStrategy = (
  reading: Reading,
  propose: Proposal,
  { examples, figures }: PreviewAsked,
): Promise<StrategyPreview> =>
  figures === undefined
    ? previewed(reading, propose, examples)
    : PreviewedFigures.within(figures.platformUrl, reading.store, (counting) =>
        previewed(reading, propose, examples, { counting, isShown: figures.isShown }),
      );

interface Counting {
  readonly counting: PreviewedFigures;
  readonly isShown: boolean;
}

async function previewed(
  { store, stream, progress, signal }: Reading,
  propose: Proposal,
  examples: number,
  asked?: Counting,
): Promise<StrategyPreview> {
  const barOf = (name: string) => {
    const bar = progress.bar(name, 1);
    return (done: number, total: number) => bar.update(done, total);
  };
  const reading = { store, stream, signal };
  const counting = asked?.counting;
  const ledger = await readLedgerAtHand({ ...reading, onProgress: barOf('events') }, (event) =>
    counting?.takeEvent(event),
  );
  const { asAt, strategy: inForce, standing, isSensitive } = ledger;
  const definition = await propose(ledger);
  await counting?.endOfEvents();
  const options = await engineOptionsBeside(reading, definition);
  await requireNameTableUnder(ledger.keyVersion, reading, options);
  const { adopted, isInForce, decisions } = await draftAdoption(
    { ...reading, onProgress: barOf('bodies') },
    { asAt, definition, options },
    (segments) => counting?.takeBodies(segments),
  );
  // A rotation may have begun while the bodies were read.
  await requireNameTableUnder(ledger.keyVersion, reading, options);
  const changes = new DraftedChanges(standing);
  let events = 0;
  const decide = async (take?: (decision: LedgerDecision) => Promise<void>) => {
    for (const decision of decisions) {
      signal.throwIfAborted();
      changes.take(decision);
      await take?.(decision);
      events += 1;
    }
  };
  await counting?.fill(asAt);
  const quarters = await (asked === undefined
    ? decide()
    : asked.counting.compare(definition.id, asAt, decide, {
        isShown: asked.isShown,
        onCounted: barOf('figures'),
      }));
  return {
    asAt,
    inForce: { strategy: inForce.strategy, digest: inForce.digest },
    proposed: { strategy: adopted.strategy, digest: adopted.digest, settings: definition.strategy },
    isInForce,
    events: isInForce ? 0 : events,
    // Neither disclosure control nor its rounding knows these counts, which name sensitive services too.
    ...(asked?.isShown === true
      ? {}
      : { linkage: changes.changes((dataset) => !isSensitive(dataset), examples) }),
    ...(quarters === undefined ? {} : { quarters, isShown: asked?.isShown === true }),
  };
}
