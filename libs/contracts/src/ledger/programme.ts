import { z } from 'zod';
import { code, contentHash, programmeId } from '../identifiers.js';
import { ledgerContract } from './event-roles.js';

export const ProgrammeDefined = ledgerContract({
  name: 'ProgrammeDefined',
  version: 1,
  description:
    'The programme definition that is in force from here on. The first event of a ledger, and again at every change.',
  roles: { closes: true, publishedOn: [], ignoredBy: ['linkage'], bodies: 'none' },
  schema: z.object({
    programme: programmeId,
    definition: contentHash.describe(
      'SHA-256 of the canonical JSON of the definition, stored as a payload beside the ledger.',
    ),
    signingKey: z
      .string()
      .regex(/^[A-Za-z0-9+/]{43}=$/)
      .describe('Ed25519 public key, base64 of its 32 bytes, that signs checkpoints of this ledger.'),
  }),
  example: {
    programme: 'leap',
    definition: '1f3870be274f6c49b3e31a0c6728957f1f3870be274f6c49b3e31a0c6728957f',
    signingKey: 'O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik=',
  },
});

export const StrategyAdopted = ledgerContract({
  name: 'StrategyAdopted',
  version: 1,
  description: 'The linkage strategy that is in force from here on.',
  roles: { closes: true, publishedOn: [], ignoredBy: ['linkage'], bodies: 'none' },
  schema: z.object({
    programme: programmeId,
    strategy: code.describe('Name of the strategy, e.g. "leap-1".'),
    parameters: z
      .record(z.string(), z.union([z.int(), z.string(), z.array(z.string())]))
      .describe('Everything on which its decisions depend.'),
    digest: contentHash.describe('SHA-256 of the canonical JSON of name and parameters.'),
  }),
  example: {
    programme: 'leap',
    strategy: 'leap-1',
    parameters: { authority: ['nhs-number', 'child-key', 'email', 'mobile'], maxBirthDatesPerToken: 3 },
    digest: '9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de',
  },
});
