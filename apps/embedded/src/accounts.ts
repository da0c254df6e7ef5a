import { hash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { LocalConnection } from '@kinledger/contracts';
import { z } from 'zod';
import { writePrivately, type Home } from './home.js';

export type Tokens = LocalConnection['tokens'];

const storedTokens = z.strictObject({
  dataTeam: z.string(),
  reader: z.string(),
  operator: z.string(),
  providers: z.record(z.string(), z.string()),
});

const newToken = (): string => randomBytes(24).toString('base64url');

/**
 * The accounts of a local installation: one per provider of the programme, the data team, a reader, an operator.
 * Tokens are random and stay the same from start to start; the services' file holds only their hashes.
 */
export function writeAccounts(home: Home, providers: readonly string[]): Tokens {
  const stored = existsSync(home.tokensFile)
    ? storedTokens.parse(JSON.parse(readFileSync(home.tokensFile, 'utf8')))
    : undefined;
  const tokens: Tokens = {
    dataTeam: stored?.dataTeam ?? newToken(),
    reader: stored?.reader ?? newToken(),
    operator: stored?.operator ?? newToken(),
    providers: Object.fromEntries(
      providers.map((provider) => [provider, stored?.providers[provider] ?? newToken()]),
    ),
  };
  const account = (name: string, role: string, token: string) => ({
    name,
    tokenSha256: hash('sha256', token),
    roles: [role],
  });
  const accounts = [
    ...Object.entries(tokens.providers).map(([provider, token]) => ({
      ...account(`${provider}-officer`, 'provider', token),
      provider,
    })),
    account('data-team', 'data-team', tokens.dataTeam),
    account('reader', 'reader', tokens.reader),
    account('operator', 'operator', tokens.operator),
  ];
  writePrivately(home.tokensFile, `${JSON.stringify(tokens, undefined, 2)}\n`);
  writePrivately(home.accessFile, `${JSON.stringify({ accounts }, undefined, 2)}\n`);
  return tokens;
}
