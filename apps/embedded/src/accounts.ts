import { hash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { accessFile, type AccessFile, type AccessRole, type LocalConnection } from '@kinledger/contracts';
import { z } from 'zod';
import { writePrivately, type Home } from './home.js';

export type Tokens = LocalConnection['tokens'];

const storedTokens = z.strictObject({
  dataTeam: z.string(),
  reader: z.string(),
  operator: z.string(),
  auditor: z.string().exactOptional(),
  providers: z.record(z.string(), z.string()),
});

const newToken = (): string => randomBytes(24).toString('base64url');

export interface LocalAccounts {
  readonly tokens: Tokens;
  /** Providers of the programme without an account. */
  readonly without: readonly string[];
}

/**
 * The accounts of a local installation. A new home gets one per provider of the programme, the data team, a reader, an
 * operator and an auditor; later starts never change the access file.
 * @throws Error if one of the two files is missing or cannot be read.
 */
export function openAccounts(home: Home, providers: readonly string[]): LocalAccounts {
  const has = { access: existsSync(home.accessFile), tokens: existsSync(home.tokensFile) };
  if (!has.access && !has.tokens) createAccounts(home, providers);
  else if (!has.access) throw missing('access.json', 'tokens.json');
  else if (!has.tokens) throw missing('tokens.json', 'access.json');
  const { accounts } = readPrivate(home.accessFile, 'access.json', accessFile);
  const served = new Set(accounts.map(({ provider }) => provider as string | undefined));
  return {
    tokens: readPrivate(home.tokensFile, 'tokens.json', storedTokens),
    without: providers.filter((provider) => !served.has(provider)),
  };
}

/** Both files must exist or neither: one alone means accounts without tokens, or tokens without accounts. */
const missing = (gone: string, there: string): Error =>
  new Error(
    `the home has ${there} but no ${gone}: put it back from the copy of the keys, or delete ${there} too, which ends every account and makes new ones`,
  );

function createAccounts(home: Home, providers: readonly string[]): void {
  const tokens = {
    dataTeam: newToken(),
    reader: newToken(),
    operator: newToken(),
    auditor: newToken(),
    providers: Object.fromEntries(providers.map((provider) => [provider, newToken()])),
  } satisfies Tokens;
  const account = (name: string, role: AccessRole, token: string) => ({
    name,
    tokenSha256: hash('sha256', token),
    roles: [role],
  });
  const accounts = accessFile.parse({
    accounts: [
      ...Object.entries(tokens.providers).map(([provider, token]) => ({
        ...account(`${provider}-officer`, 'provider', token),
        provider,
      })),
      account('data-team', 'data-team', tokens.dataTeam),
      account('reader', 'reader', tokens.reader),
      account('operator', 'operator', tokens.operator),
      account('auditor', 'auditor', tokens.auditor),
    ],
  });
  writePrivately(home.tokensFile, `${JSON.stringify(tokens, undefined, 2)}\n`);
  writePrivately(home.accessFile, `${JSON.stringify(accounts satisfies AccessFile, undefined, 2)}\n`);
}

function readPrivate<T>(file: string, name: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new Error(`${name} in the home cannot be read, or is wrong: mend it, or put a copy back`);
  }
}
