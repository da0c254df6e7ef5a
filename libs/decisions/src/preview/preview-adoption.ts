import type { DataOf, DatasetId, LedgerDecision, LedgerEvent, StrategyAdopted } from '@kinledger/contracts';
import { ledgerEventOf, LinkageEngine, recordKindOf, type LinkageEngineOptions } from '@kinledger/domain';
import { bodiesIn, lastClosedAt, readAhead, type EventStore, type Segment } from '@kinledger/event-store';
import type { ProgrammeDefinition } from '@kinledger/programme';
import { adoptedStrategyOf, requireSameGround } from '../adoption.js';
import { ledgerUnreadable } from '../errors.js';
import { definitionBeside } from '../history/definition-beside.js';
import { ProgrammeLedger } from '../programme-ledger.js';
import { ledgerPages } from '../recovery.js';
import { LinkageStanding } from './linkage-standing.js';

interface Reading {
  readonly store: EventStore;
  readonly stream: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A ledger at the end of its last whole decision. */
export interface LedgerAtHand {
  /** Position of its last closing event. */
  readonly asAt: number;
  readonly standing: LinkageStanding;
  readonly definition: ProgrammeDefinition;
  readonly strategy: DataOf<typeof StrategyAdopted>;
  /** Version of the key of its tokens. */
  readonly keyVersion: number;
  /** Live rows of people, of which an estimate of a model is told. */
  readonly people: number;
  /** Whether a dataset is sensitive in any definition that the ledger ever had. */
  readonly isSensitive: (dataset: DatasetId) => boolean;
}

const PAGE = 1_000;

/**
 * Reads the events of a ledger, without bodies.
 * @param onEvent is given each event, in order.
 * @throws LedgerUnreadable; ForeignEvent; the signal's reason when it aborts.
 */
export async function readLedgerAtHand(
  { store, stream, signal, onProgress }: Reading,
  onEvent?: (event: LedgerEvent) => Promise<void> | undefined,
): Promise<LedgerAtHand> {
  const asAt = await lastClosedAt(store, stream);
  const standing = new LinkageStanding();
  const sensitive = new Set<string>();
  let definition: ProgrammeDefinition | undefined;
  let strategy: DataOf<typeof StrategyAdopted> | undefined;
  let keyVersion = 1;
  const pages = readAhead({
    ...{ from: 0, to: asAt, signal },
    read: (from) => store.readPage(stream, from, Math.min(PAGE, asAt - from + 1)),
    lengthOf: (page) => page.length,
  });
  for await (const page of pages) {
    for (const stored of page) {
      const event = ledgerEventOf(stored, stream);
      standing.take(event);
      const waiting = onEvent?.(event);
      if (waiting !== undefined) await waiting;
      if (event.type === 'StrategyAdopted') strategy = event.data;
      if (event.type === 'KeyRotated') ({ keyVersion } = event.data);
      if (event.type !== 'ProgrammeDefined') continue;
      definition = (await definitionBeside(store, event.data.definition)).definition;
      for (const dataset of definition.datasets) if (dataset.sensitive === true) sensitive.add(dataset.id);
    }
    onProgress?.((page.at(-1)?.revision ?? asAt) + 1, asAt + 1);
  }
  if (definition === undefined || strategy === undefined)
    throw ledgerUnreadable('no definition and no strategy is in force');
  return {
    ...{ asAt, standing, definition, strategy, keyVersion },
    people: peopleIn(standing, definition),
    isSensitive: (dataset) => sensitive.has(dataset),
  };
}

function peopleIn(standing: LinkageStanding, { datasets }: ProgrammeDefinition): number {
  const dataTypes = new Map<string, (typeof datasets)[number]['dataType']>(
    datasets.map(({ id, dataType }) => [id, dataType]),
  );
  const arePeople = standing.sources.map(({ dataset, role }) => {
    const dataType = dataTypes.get(dataset);
    return dataType !== undefined && recordKindOf(dataType, role) === 'person';
  });
  let people = 0;
  for (let record = 0; record < standing.records; record++)
    if (arePeople[standing.sourceOf(record)] === true && standing.isLive(record)) people += 1;
  return people;
}

/** What the linker would write if it adopted a strategy, the adoption last. */
export interface DraftedAdoption {
  readonly adopted: DataOf<typeof StrategyAdopted>;
  /** Whether this strategy is in force already. */
  readonly isInForce: boolean;
  readonly decisions: Iterable<LedgerDecision>;
}

/**
 * Has the engine decide everything again under the strategy of a definition, as the linker does when it adopts it, and writes
 * nothing: reviewers' decisions hold, and what a right to erasure took is gone.
 * @param asAt a position that closes a decision.
 * @param options of the engine under that definition.
 * @param onBodies is given the segments of bodies, in the order of the ledger.
 * @throws LedgerUnreadable; FamilyScopesDiffer; ForeignEvent; the signal's reason when it aborts.
 */
export async function draftAdoption(
  { store, stream, signal, onProgress }: Reading,
  {
    asAt,
    definition,
    options,
  }: {
    readonly asAt: number;
    readonly definition: ProgrammeDefinition;
    readonly options: LinkageEngineOptions;
  },
  onBodies?: (segments: readonly Segment[]) => Promise<void> | undefined,
): Promise<DraftedAdoption> {
  const ledger = new ProgrammeLedger(new LinkageEngine(options));
  for await (const { events, segments } of ledgerPages({ store, stream, from: 0, to: asAt, signal })) {
    const bodies = bodiesIn(segments);
    for (const stored of events) ledger.apply(ledgerEventOf(stored, stream), bodies);
    await onBodies?.(segments);
    onProgress?.(ledger.nextRevision, asAt + 1);
  }
  ledger.requireBodies();
  requireSameGround(ledger, { programme: { definition } });
  const adopted = adoptedStrategyOf(definition);
  return {
    adopted,
    isInForce: ledger.strategy?.digest === adopted.digest,
    decisions: draftsOf(ledger, adopted),
  };
}

function* draftsOf(
  ledger: ProgrammeLedger,
  adopted: DataOf<typeof StrategyAdopted>,
): Generator<LedgerDecision> {
  // The event before them brings the definition into force that names the strategy.
  const from = ledger.nextRevision + 1;
  for (const { decision } of ledger.engine.relink(adopted).decide(from)) yield decision;
}
