import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localConnection, type StoredAccount } from '@kinledger/contracts';
import { z } from 'zod';
import { writePrivateFile } from '../output/private-file.js';

type Tokens = z.infer<typeof localConnection>['tokens'];

const withTokens = z.looseObject({ tokens: localConnection.shape.tokens });

/** The tokens of this machine's commands after an account that they use gets a new token, or none. */
function changed(tokens: Tokens, { name, provider }: StoredAccount, token: string | undefined): Tokens {
  if (provider !== undefined && name === `${provider}-officer`) {
    const others = Object.entries(tokens.providers).filter(([each]) => each !== provider);
    const own = token === undefined ? [] : [[provider, token] as const];
    return { ...tokens, providers: Object.fromEntries([...others, ...own]) };
  }
  // A revoked account's token is useless, so it may stay.
  if (token === undefined) return tokens;
  if (name === 'data-team') return { ...tokens, dataTeam: token };
  if (name === 'reader' || name === 'operator' || name === 'auditor') return { ...tokens, [name]: token };
  return tokens;
}

/** Keeps a home's own commands working when an account that they use gets another token. */
export function keepLocalToken(home: string, account: StoredAccount, token: string | undefined): void {
  const files = { tokens: join(home, 'tokens.json'), connection: join(home, 'connection.json') };
  const write = (file: string, content: object) =>
    writePrivateFile(file, `${JSON.stringify(content, undefined, 2)}\n`);
  if (existsSync(files.tokens)) {
    const tokens = localConnection.shape.tokens.parse(JSON.parse(readFileSync(files.tokens, 'utf8')));
    write(files.tokens, changed(tokens, account, token));
  }
  if (existsSync(files.connection)) {
    const connection = withTokens.parse(JSON.parse(readFileSync(files.connection, 'utf8')));
    write(files.connection, { ...connection, tokens: changed(connection.tokens, account, token) });
  }
}
