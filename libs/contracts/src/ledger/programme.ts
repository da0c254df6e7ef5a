import { z } from 'zod';
import { code, contentHash, programmeId } from '../identifiers.js';
import { ledgerContract } from './event-roles.js';

const signingKey = z.string().regex(/^[A-Za-z0-9+/]{43}=$/);

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
    signingKey: signingKey.describe(
      'Ed25519 public key, base64 of its 32 bytes, that signs checkpoints of this ledger.',
    ),
  }),
  example: {
    programme: 'leap',
    definition: '1f3870be274f6c49b3e31a0c6728957f1f3870be274f6c49b3e31a0c6728957f',
    signingKey: 'O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik=',
  },
});

export const SigningKeyChanged = ledgerContract({
  name: 'SigningKeyChanged',
  version: 1,
  description:
    'Another key signs checkpoints from here on: every checkpoint that covers this event. The key before it signed this change. A key that was in force before never comes back.',
  roles: { closes: true, publishedOn: [], ignoredBy: ['linkage'], bodies: 'none' },
  schema: z.object({
    programme: programmeId,
    signingKey: signingKey.describe('The new Ed25519 public key, base64 of its 32 bytes.'),
    previous: signingKey.describe('The key that was in force, likewise.'),
    signature: z
      .string()
      .regex(/^[A-Za-z0-9+/]{86}==$/)
      .describe(
        'Ed25519 signature by the previous key, base64 of its 64 bytes, over four lines: "kinledger signing key change", the origin of the ledger’s checkpoints, the position of this event, and the new key.',
      ),
  }),
  example: {
    programme: 'leap',
    signingKey: 'gTl3Dqh9F19Wo1Rmw0x+zMuNipG07jeiXfYPW4/Js5Q=',
    previous: 'iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=',
    signature: '12zXLlrQ//DR9oUdeGxhoNlrdblSONrNEtFpF/pqY48S7lFobRMbBJGJsAQ0oKFX8mkFhVTa+R5NIN0DFBPvCg==',
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
