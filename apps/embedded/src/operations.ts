import { parseArgs } from 'node:util';
import { join } from 'node:path';
import type { OperationMessage } from '@kinledger/contracts';
import { createTokenMaster, tokenMasterFile } from '@kinledger/pseudonymisation';
import { backUp } from './backup/back-up.js';
import { restore } from './backup/restore.js';
import { openHome } from './home.js';
import { createSigningKey } from './keys.js';

/**
 * Operations on a home, in a process separate from the launcher: `backup --home H --out D [--keys-out K]`,
 * `restore --home H --from D --keys K [--erasures F] [--suppressions F]`, `create-key --home H --key-version N`,
 * `create-signing-key --home H`. Sends `OperationMessage`s to its parent.
 */
async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      home: { type: 'string' },
      out: { type: 'string' },
      'keys-out': { type: 'string' },
      from: { type: 'string' },
      keys: { type: 'string' },
      erasures: { type: 'string' },
      suppressions: { type: 'string' },
      'key-version': { type: 'string' },
    },
  });
  const required = (name: 'home' | 'out' | 'from' | 'keys' | 'key-version'): string => {
    const value = values[name];
    if (value === undefined) throw new Error(`--${name} is needed`);
    return value;
  };
  const stage = (text: string) => tell({ type: 'stage', text });
  const [operation] = positionals;
  if (operation === 'backup') {
    const options = { home: required('home'), out: required('out'), keysOut: values['keys-out'] };
    tell({ type: 'backed-up', report: await backUp({ ...options, tell: stage }) });
  } else if (operation === 'restore') {
    const options = { home: required('home'), backup: required('from'), keys: required('keys') };
    const { erasures, suppressions } = values;
    const report = await restore({ ...options, erasures, suppressions, tell: stage });
    tell({ type: 'restored', report });
  } else if (operation === 'create-key') {
    const { secrets } = openHome(required('home'));
    const keyVersion = Number(required('key-version'));
    const created = (await createTokenMaster(secrets, keyVersion)) === 'created';
    const file = join(secrets, tokenMasterFile(keyVersion));
    tell({ type: 'key-created', report: { keyVersion, file, created } });
  } else if (operation === 'create-signing-key') {
    const home = openHome(required('home'));
    createSigningKey(home);
    const report = { file: home.signingKey, previousFile: home.previousSigningKey };
    tell({ type: 'signing-key-created', report });
  } else {
    throw new Error('expected backup, restore, create-key or create-signing-key');
  }
}

function tell(message: OperationMessage): void {
  if (process.send !== undefined && process.connected) process.send(message);
  else console.log(JSON.stringify(message));
}

/** Closes the channel, which would keep the process alive. */
function letGo(): void {
  if (process.connected) process.disconnect();
}

// Ignore signals and finish, so that nothing is left half-done.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

main().then(letGo, (error: unknown) => {
  tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
  letGo();
});
