import { isLinked, type Placement } from '@kinledger/contracts';
import type { EventOf } from '../read-model.js';
import type { MarkedBodies } from './marked-bodies.js';

export type State = 'linked' | 'set-aside' | 'retired';

interface Shown {
  readonly state: State;
  readonly reason: string | null;
}
interface OfSomebody extends Shown {
  readonly individual: string;
  /** True if the record founds the individual. */
  readonly registers: boolean;
}
interface OfNobody extends Shown {
  readonly individual: null;
  readonly registers: false;
}

/** The individual that a record belongs to, and the state that readers see; only a set-aside row has a reason. */
export type Standing = OfSomebody | OfNobody;

export function standingOf(placement: Placement): Standing {
  if (isLinked(placement)) {
    const { individual, registered: registers } = placement;
    return { individual, registers, state: 'linked', reason: null };
  }
  const nobody = { individual: null, registers: false } as const;
  return placement.setAside === 'superseded'
    ? { ...nobody, state: 'retired', reason: null }
    : { ...nobody, state: 'set-aside', reason: placement.setAside };
}

/**
 * The surviving individual of each absorbed one: within one decision a kept individual may itself be absorbed later.
 */
export function endsOf(
  merges: readonly { readonly individual: string; readonly absorbed: string }[],
): ReadonlyMap<string, string> {
  const into = new Map<string, string>();
  for (const { individual, absorbed } of merges) into.set(absorbed, individual);
  const ends = new Map<string, string>();
  for (const { absorbed } of merges) {
    let at = absorbed;
    for (let next = into.get(at); next !== undefined; next = into.get(at)) at = next;
    ends.set(absorbed, at);
  }
  return ends;
}

type Waiting = Promise<void> | undefined;

/** Applies the ledger's events to records: step by step in the tables, or in memory until the tables are filled. */
export interface RecordsTarget {
  /** Another definition is in force. */
  define(): Waiting;
  receive(submission: EventOf<'SubmissionReceived'>['data']): Waiting;
  /** @param bodies of records that enter the ledger; bodies of records erased since are missing. */
  place(placed: EventOf<'RecordsPlaced'>, bodies: MarkedBodies): Waiting;
  retire(records: readonly string[]): Waiting;
  /** @param always true if it is already decided that the submission carries the records. */
  carry(submission: string, records: readonly string[], always: boolean): Waiting;
  split(split: EventOf<'IndividualSplit'>['data']): Waiting;
  merge(merged: EventOf<'IndividualsMerged'>['data']): Waiting;
}
