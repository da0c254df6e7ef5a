import { randomBytes } from 'node:crypto';
import type { OutgoingMessage } from '@kinledger/message-bus';

const KIB = 1024;
const SUBMISSIONS = 8;

/**
 * Messages like the pseudonymiser's: chunks of 100 to 250 KiB, keyed by submission, of hexadecimal digests, which
 * compress to half.
 */
export const chunks = (count: number): OutgoingMessage[] =>
  Array.from({ length: count }, (_, index) => ({
    key: `submission-${index % SUBMISSIONS}`,
    headers: {},
    value: Buffer.from(randomBytes(((100 + ((index * 37) % 151)) * KIB) / 2).toString('hex')),
  }));
