import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What the second verifier says of an export. */
export interface VerifierAnswer {
  readonly events?: number;
  readonly checkpoints?: number;
  readonly signedUpTo?: number;
  /** Root of the tree over all that the export holds or stands for, 64 hex digits. */
  readonly root?: string;
  readonly faults: readonly { readonly position: number | null; readonly what: string }[];
}

const program = join(import.meta.dirname, 'verifier', 'verify_export.py');

/** Asks the second verifier, which was written from the README of an export alone. @throws Error with what Python said, if it failed. */
export function askVerifier(folder: string, checkpoint?: string): VerifierAnswer {
  const outside = checkpoint === undefined ? [] : ['--checkpoint', checkpoint];
  // Without this, Python would leave compiled files beside its sources.
  const { status, stdout, stderr } = spawnSync('python3', ['-B', program, folder, ...outside], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0 && stdout === '') throw new Error(`the verifier failed: ${stderr}`);
  // The verifier's own document, whose shape stands above.
  const answer = JSON.parse(stdout) as VerifierAnswer;
  if ((status === 0) !== (answer.faults.length === 0))
    throw new Error('the verifier’s exit code is not what it says');
  return answer;
}
