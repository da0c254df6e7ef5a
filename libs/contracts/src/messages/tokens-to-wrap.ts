import { z } from 'zod';
import { contract } from '../contract.js';
import { keyVersion, programmeId, token, valueDomain } from '../identifiers.js';

/** Maximum number of tokens in one request: it stays below 512 KiB. */
export const MAX_TOKENS_TO_WRAP = 8_192;

const request = z.uuid().describe('Id of the request, which its answer repeats.');

/** Tokens of one value domain. */
export const domainTokens = z.object({
  domain: valueDomain,
  tokens: z.array(token).min(1).max(MAX_TOKENS_TO_WRAP),
});
export type DomainTokens = z.infer<typeof domainTokens>;

export const TokensToWrap = contract({
  name: 'TokensToWrap',
  version: 1,
  description:
    'The linker asks for tokens to be wrapped under a newer key. It names no record: nothing says which tokens belong together but that one message has them.',
  schema: z.object({
    programme: programmeId,
    request,
    act: z
      .enum(['ask', 'adopt', 'wrap'])
      .describe(
        'ask: which key is the newest; adopt: read files under version `to` from now on; wrap: wrap the tokens.',
      ),
    from: keyVersion.describe('Version of the key under which the tokens are.'),
    to: keyVersion.describe('Version of the key to which they are to be wrapped.'),
    sealFor: z.base64().max(100).describe('X25519 public key (SPKI, DER) of the linker that asks.'),
    domains: z.array(domainTokens).max(MAX_TOKENS_TO_WRAP).describe('Empty unless tokens are to be wrapped.'),
  }),
  example: {
    programme: 'leap',
    request: '0b6f0cc9-04d1-47be-8e17-30235f566409',
    act: 'wrap',
    from: 1,
    to: 2,
    sealFor: 'MCowBQYDK2VuAyEAT7hIlWoxRWYLFGq5yiUwi7g7TbQXfFMCN1oKOSb4bG0=',
    domains: [{ domain: 'nhs-number', tokens: ['8f83bf72ccad009eb00a569c35d6dbe6'] }],
  },
});

export const TokensWrapped = contract({
  name: 'TokensWrapped',
  version: 1,
  description:
    'The pseudonymiser’s answer. Only the linker that asked can open it, and only while it runs: what remains of it on the bus says nothing.',
  schema: z.object({
    programme: programmeId,
    request,
    newest: keyVersion.describe('Version of the newest token key among the secrets.'),
    sealed: z
      .base64()
      .exactOptional()
      .describe(
        'The wrapped tokens, 16 bytes each, in the order of the request, sealed with X25519, HKDF-SHA-256 and AES-256-GCM. Absent if no tokens were wrapped.',
      ),
  }),
  example: { programme: 'leap', request: '0b6f0cc9-04d1-47be-8e17-30235f566409', newest: 2 },
});
