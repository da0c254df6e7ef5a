import type { RestatementCause } from '@kinledger/figures';
import { closesDecision, isPlacing, type LedgerEvent, type RecordId } from '@kinledger/contracts';

/** What has to be known of a whole decision to say what its events are caused by. */
export interface DecisionAtHand {
  readonly closing: LedgerEvent['type'];
  /** Records that it replaces by corrected ones. */
  readonly replaced: readonly RecordId[];
  /** Whether it brings rows whose keys no record had. */
  readonly bringsNew: boolean;
}

/** Reads what has to be known of decisions, one after the other, from all of their events in order. */
export class DecisionReader {
  #replaced: RecordId[] = [];
  #entering = 0;

  /** @returns the decision that this event closes, if it closes one. */
  take(event: LedgerEvent): DecisionAtHand | undefined {
    if (event.type === 'RecordsRetired' && event.data.reason === 'replaced')
      this.#replaced.push(...event.data.records);
    if (isPlacing(event)) {
      this.#entering += event.data.placements.filter(({ commitments }) => commitments !== undefined).length;
    }
    if (!closesDecision(event.type)) return undefined;
    const decision = {
      ...{ closing: event.type, replaced: this.#replaced, bringsNew: this.#entering > this.#replaced.length },
    };
    this.#replaced = [];
    this.#entering = 0;
    return decision;
  }
}

/** An event, or a part of one, with what it is caused by; undefined for one that changes no figure. */
export interface CausedEvent {
  readonly event: LedgerEvent;
  readonly cause: RestatementCause | undefined;
}

/**
 * Says what an event of a decision is caused by. An event that places corrected rows and new ones comes as two.
 * @param replacedKeys row keys of the records that the decision replaces.
 */
export function causesOf(
  event: LedgerEvent,
  decision: DecisionAtHand,
  replacedKeys: ReadonlySet<string>,
): readonly CausedEvent[] {
  const whole = (cause: RestatementCause | undefined): readonly CausedEvent[] => [{ event, cause }];
  switch (decision.closing) {
    case 'SubmissionLinked':
      return ofSubmission(event, decision, replacedKeys);
    case 'SubmissionWithdrawn':
      return whole('withdrawal');
    case 'RecordErased':
    case 'CarerTokensErased':
      return whole('erasure');
    case 'LinkForbidden':
    case 'LinkReviewed':
    case 'LinkAllowed':
      return whole('review');
    case 'StrategyAdopted':
      return whole('strategy');
    case 'ProgrammeDefined':
      return whole('definitions');
    default:
      return whole(undefined);
  }
}

function ofSubmission(
  event: LedgerEvent,
  { bringsNew }: DecisionAtHand,
  replacedKeys: ReadonlySet<string>,
): readonly CausedEvent[] {
  // What follows from the rows of a file, such as families, is its new rows' where it has any.
  const usual: RestatementCause = bringsNew ? 'late-data' : 'correction';
  switch (event.type) {
    case 'IndividualsMerged':
      return [{ event, cause: 'merge' }];
    case 'IndividualSplit':
      return [{ event, cause: 'split' }];
    case 'RecordsRetired':
      // A row that refuses consent takes itself out.
      return [{ event, cause: event.data.reason === 'consent-refused' ? 'withdrawal' : 'correction' }];
    case 'RecordsPlaced': {
      const { placements } = event.data;
      const isCorrected = ({ rowKey, commitments }: (typeof placements)[number]) =>
        commitments !== undefined && replacedKeys.has(rowKey);
      const parts = [
        { cause: 'correction' as const, its: placements.filter(isCorrected) },
        { cause: usual, its: placements.filter((placement) => !isCorrected(placement)) },
      ];
      return parts.flatMap(({ cause, its }): CausedEvent[] =>
        its.length === 0 ? [] : [{ event: { ...event, data: { ...event.data, placements: its } }, cause }],
      );
    }
    default:
      return [{ event, cause: usual }];
  }
}
