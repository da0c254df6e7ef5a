import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const isModule = (name: string): boolean => /(?<!\.d|\.spec|\.features)\.[jt]s$/.test(name);

const packageFolder = (name: string): string => dirname(fileURLToPath(import.meta.resolve(name)));

/**
 * SHA-256, in hex, over the modules that determine a linker's state in memory: contracts, domain, and the fold over the
 * ledger. A snapshot of a different program is never used, whatever its version.
 */
export function codeDigest(): string {
  const digest = createHash('sha256');
  for (const folder of ['contracts', 'domain', 'decisions'].map((name) =>
    packageFolder(`@kinledger/${name}`),
  )) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(isModule).sort()) {
      digest.update(`${name}\0`).update(readFileSync(join(folder, name)));
    }
  }
  return digest.digest('hex');
}
