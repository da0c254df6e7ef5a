import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { readProgramme } from '@kinledger/programme';
import type { Command } from 'commander';
import { Failure } from '../failure.js';
import { writePrivateFile } from '../output/private-file.js';

/** What a ConfigMap holds at most (1 MiB), less the names of the files. */
const MOST_BYTES = 1_000_000;

export function addProgrammeValues(install: Command): void {
  install
    .command('programme')
    .description('checks a programme definition and writes it as values of the Helm chart')
    .argument('<folder>', 'folder with programme.json')
    .requiredOption('--out <file>', 'file for "helm upgrade --values"')
    .action(writeProgrammeValues);
}

async function writeProgrammeValues(folder: string, { out }: { readonly out: string }): Promise<void> {
  const { definition } = await readProgramme(folder);
  const files = Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')]),
  );
  const bytes = Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > MOST_BYTES)
    throw new Failure(
      `the definition has ${bytes} bytes, and Kubernetes keeps at most ${MOST_BYTES} in a ConfigMap: mount it from a volume (programme.existingClaim)`,
    );
  writePrivateFile(out, `${JSON.stringify({ programme: { files } }, undefined, 2)}\n`);
  process.stdout.write(`${definition.id}: ${Object.keys(files).length} files, ${bytes} bytes, in ${out}\n`);
}
