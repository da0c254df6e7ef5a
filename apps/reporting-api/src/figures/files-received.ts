import { ask, receivedFiles, type ReceivedFiles } from '@kinledger/figures';
import type { Snapshot } from '../read-models/read-models.js';

/** Live files, by service and period. */
export const filesReceived = ({ client, asAt }: Snapshot): Promise<readonly ReceivedFiles[]> =>
  ask(client, receivedFiles, [], { asAt });
