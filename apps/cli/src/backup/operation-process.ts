import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type {
  BackupReport,
  KeyReport,
  OperationMessage,
  RestoreReport,
  SigningKeyReport,
} from '@kinledger/contracts';
import { Failure } from '../failure.js';

const entry = fileURLToPath(new URL('../../../embedded/dist/operations.js', import.meta.url));

/** The result of each operation when it succeeds. */
interface Reports {
  readonly 'backed-up': BackupReport;
  readonly restored: RestoreReport;
  readonly 'key-created': KeyReport;
  readonly 'signing-key-created': SigningKeyReport;
}

/**
 * Runs an operation on a home, such as a backup, in a child process until it ends.
 * @throws Failure with the operation's message.
 */
export async function runOperation<Type extends keyof Reports>(
  args: readonly string[],
  ends: Type,
  onStage: (text: string) => void,
): Promise<Reports[Type]> {
  if (!existsSync(entry)) throw new Failure('Kinledger is not built: run "npm run build" first');
  const child = fork(entry, args, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  return new Promise<Reports[Type]>((resolve, reject) => {
    child.on('message', (message: OperationMessage) => {
      if (message.type === 'stage') onStage(message.text);
      else if (message.type === 'failed') reject(new Failure(message.message));
      // The type parameter is not narrowed by the comparison that decides which report it is.
      else if (message.type === ends) resolve(message.report as Reports[Type]);
    });
    child.once('error', reject);
    child.once('close', () => reject(new Failure('it ended before it was done')));
  });
}
