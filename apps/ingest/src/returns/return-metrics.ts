import { Metrics } from '@kinledger/service-kit';
import { Injectable } from '@nestjs/common';
import { InjectProgramme } from '../programme/programme.module.js';
import type { Programme } from '@kinledger/programme';
import { singleFlight } from '@kinledger/waiting';
import type { Calendar } from './calendar.js';
import { openStates } from './expected-return.js';
import { ReturnService } from './return-service.js';

/** The calendar changes by the day or with a file: scrapes within a minute share one. */
const KEPT_MS = 60_000;

/** Returns that somebody still has to send. Labels contain only names of datasets and states. */
@Injectable()
export class ReturnMetrics {
  constructor(metrics: Metrics, returns: ReturnService, @InjectProgramme() programme: Programme) {
    let kept: { readonly calendar: Calendar; readonly until: number } | undefined;
    const calendar = singleFlight(async () => {
      if (kept === undefined || performance.now() >= kept.until)
        kept = { calendar: await returns.calendar(undefined), until: performance.now() + KEPT_MS };
      return kept.calendar;
    });
    metrics.gauge({
      name: 'kinledger_returns_open',
      help: 'Expected returns without a file or a nil return: due, late, or late for a dataset that was never delivered.',
      labels: ['dataset', 'state'],
      collect: async (gauge) => {
        const open = Map.groupBy(
          (await calendar()).returns,
          ({ dataset, state }) => `${dataset.id} ${state}`,
        );
        for (const { id: dataset } of programme.datasets)
          for (const state of openStates)
            gauge.set({ dataset, state }, open.get(`${dataset} ${state}`)?.length ?? 0);
      },
    });
  }
}
