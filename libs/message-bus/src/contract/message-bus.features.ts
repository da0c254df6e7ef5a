import { describe } from 'vitest';
import type { OpenBus } from './bus-under-test.js';
import { committingFeatures } from './committing.features.js';
import { deliveryFeatures } from './delivery.features.js';
import { outageFeatures } from './outage.features.js';
import { progressFeatures } from './progress.features.js';
import { retentionFeatures } from './retention.features.js';
import { sharingFeatures } from './sharing.features.js';

/**
 * The contract of every adapter of `MessageBus`. The name is its column in the table of cases that `npm test` prints;
 * an adapter whose server is absent is listed with the reason.
 */
export function messageBusFeatures(adapter: string, open: OpenBus, absent?: string): void {
  const why = absent === undefined ? '' : ` (absent: ${absent})`;
  describe.skipIf(absent !== undefined)(`message bus contract: ${adapter}${why}`, () => {
    deliveryFeatures(open);
    committingFeatures(open);
    sharingFeatures(open);
    outageFeatures(open);
    retentionFeatures(open);
    progressFeatures(open);
  });
}
