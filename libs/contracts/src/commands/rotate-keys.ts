import { z } from 'zod';
import { keyVersion } from '../identifiers.js';
import { commandContract } from './command-kind.js';

export const RotateKeys = commandContract({
  kind: 'rotate-keys',
  description:
    'Wrap every token under the next token key: those of all bodies now, and those of rows that still come under an older key before they are decided. Executed between two submissions, whichever they are.',
  payload: z.object({
    keyVersion: keyVersion.describe(
      'Version of the key to use from now on: the one after the version in force.',
    ),
  }),
  refusals: {
    'key-version-differs':
      'The token key in force has version {count}: nothing was changed. Ask for the version after it.',
    'key-missing':
      'The secrets have no token key after version {count}: nothing was changed. Create the next key first, and back it up.',
    'rekeying-not-configured':
      'This installation cannot rotate keys: the linker has no role that may change bodies.',
  },
  example: { keyVersion: 2 },
});
