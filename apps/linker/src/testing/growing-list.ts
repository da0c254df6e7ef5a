import type { Erasure, LedgerEvent, RecordId } from '@kinledger/contracts';
import { streamOf } from '@kinledger/decisions';
import type { Erasures, ListedErasures } from '../erasures/erasures.js';
import { programme } from './messages.js';
import { placementsIn } from './placements.js';

/** A list of erasures to which a test adds while the linker runs. */
export class GrowingList implements Pick<Erasures, 'list' | 'append'> {
  #listed: ListedErasures = { erasures: [], lines: 0 };

  list(): Promise<ListedErasures> {
    return Promise.resolve(this.#listed);
  }

  get all(): RecordId[] {
    return this.#listed.erasures.flatMap(({ records }) => records);
  }

  add(...records: RecordId[]): this {
    const erasure: Erasure = {
      stream: streamOf(programme),
      basis: 'request',
      records,
      erasedAt: '2024-04-02T10:00:00Z',
    };
    this.#put(erasure);
    return this;
  }

  append(erasure: Erasure): Promise<void> {
    this.#put(erasure);
    return Promise.resolve();
  }

  #put(erasure: Erasure): void {
    const erasures = [...this.#listed.erasures, erasure];
    this.#listed = { erasures, lines: erasures.length };
  }
}

/** Records that enter the ledger, in its order. */
export const recordsIn = (events: readonly LedgerEvent[]): RecordId[] =>
  placementsIn(events).flatMap(({ record, commitments }) => (commitments === undefined ? [] : [record]));
