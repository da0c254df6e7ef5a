import { InjectPool, Metrics } from '@kinledger/service-kit';
import { singleFlight } from '@kinledger/waiting';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';

interface Open {
  readonly requests: number;
  /** Time for which the oldest has been open. */
  readonly seconds: number;
}

/** Requests to erase that are not carried out yet: those of persons, and those of records. */
@Injectable()
export class ErasureMetrics {
  constructor(metrics: Metrics, @InjectPool('restricted') pool: pg.Pool) {
    const open = singleFlight(() => openErasures(pool));
    metrics.gauge({
      name: 'kinledger_erasures_open',
      help: 'Requests to erase a person or records that are neither carried out nor refused.',
      collect: async (gauge) => gauge.set((await open()).requests),
    });
    metrics.gauge({
      name: 'kinledger_erasure_oldest_seconds',
      help: 'Time for which the oldest open request to erase has been open; 0 if none is.',
      collect: async (gauge) => gauge.set((await open()).seconds),
    });
  }
}

/** A request about a person is open until the pseudonymiser answers it, and then until the linker answers its command. */
async function openErasures(pool: pg.Pool): Promise<Open> {
  const { rows } = await pool.query<Open>(
    `SELECT count(*)::int AS requests,
            coalesce(extract(epoch FROM clock_timestamp() - min(asked_at)), 0)::float8 AS seconds
     FROM (SELECT asked_at FROM ingest.person_request WHERE act = 'erase' AND outcome IS NULL
           UNION ALL
           SELECT asked_at FROM ingest.command
           WHERE kind IN ('erase-records', 'erase-person') AND outcome IS NULL) AS open`,
  );
  return rows[0] ?? { requests: 0, seconds: 0 };
}
