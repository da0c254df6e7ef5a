import type { OpenBus } from './bus-under-test.js';
import { committingFeatures } from './committing.features.js';
import { deliveryFeatures } from './delivery.features.js';
import { retentionFeatures } from './retention.features.js';
import { sharingFeatures } from './sharing.features.js';

/** Everything that the port promises. Each adapter passes all of it. */
export function messageBusFeatures(open: OpenBus): void {
  deliveryFeatures(open);
  committingFeatures(open);
  sharingFeatures(open);
  retentionFeatures(open);
}
