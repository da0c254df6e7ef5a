import { definitionsIn } from '@kinledger/decisions';
import type { EventStore } from '@kinledger/event-store';
import { LIVE_SCHEMA } from '@kinledger/read-models';
import type pg from 'pg';

export interface SensitiveDatasetsOptions {
  readonly store: EventStore;
  readonly stream: string;
  readonly pool: pg.Pool;
}

/** Datasets that any definition of the ledger ever called sensitive. The ledger is read again for a new definition only. */
export class SensitiveDatasets {
  readonly #options: SensitiveDatasetsOptions;
  #known: { readonly digest: string; readonly datasets: readonly string[] } | undefined;

  constructor(options: SensitiveDatasetsOptions) {
    this.#options = options;
  }

  async all(): Promise<readonly string[]> {
    const { store, stream, pool } = this.#options;
    const { rows } = await pool.query<{ digest: string }>(
      `SELECT definition_digest AS digest FROM ${LIVE_SCHEMA}.programme`,
    );
    const digest = rows[0]?.digest ?? '';
    if (this.#known?.digest !== digest) {
      const { sensitive } = await definitionsIn(store, stream, new AbortController().signal);
      this.#known = { digest, datasets: [...sensitive] };
    }
    return this.#known.datasets;
  }
}
