import { createPool } from '@kinledger/database';
import { PostgresBodiesToRekey, type BodiesToRekey } from '@kinledger/event-store';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';

/** Bodies beside the ledger as the eraser may change them; none if the linker has no access as the eraser. */
@Injectable()
export class EraserBodies implements OnApplicationShutdown {
  readonly bodies: BodiesToRekey | undefined;
  readonly #pool: pg.Pool | undefined;

  /** @param url of the database `platform`, as the eraser. */
  constructor(url: string | undefined) {
    if (url === undefined) return;
    // One connection writes a page while the other reads the next.
    this.#pool = createPool({ url, applicationName: 'kinledger-linker', max: 2 });
    this.bodies = new PostgresBodiesToRekey(this.#pool);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#pool?.end();
  }
}
