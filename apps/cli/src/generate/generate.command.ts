import { join } from 'node:path';
import { readProgramme } from '@kinledger/programme';
import { writeProgramme } from '@kinledger/synthetic';
import type { Command } from 'commander';
import { homeDirectory } from '../connection/connection.js';
import { programmeDirectory } from '../input/programme-directory.js';
import { count, print } from '../output/output.js';
import { createProgress, say } from '../output/progress.js';
import { saltFor } from './salt.js';
import { addSizeOptions, defaultSize, type Size } from './size.js';

interface Options extends Partial<Size> {
  readonly out: string;
  readonly programme?: string;
  readonly saltFile?: string;
  readonly json?: boolean;
}

export function addGenerateCommand(program: Command): void {
  addSizeOptions(
    program
      .command('generate')
      .description('writes the files of a synthetic programme, with the truth about them in DIR/truth')
      .requiredOption('--out <dir>', 'folder to write to; it must be empty or absent'),
  )
    .option(
      '--programme <dir>',
      'programme definition (default: KINLEDGER_PROGRAMME_DIR, else programmes/leap)',
    )
    .option(
      '--salt-file <file>',
      'salt of sources that pseudonymise (default: that of the home, else a synthetic one)',
    )
    .option('--json', 'print the manifest as JSON')
    .action(generate);
}

async function generate({ out, json, ...options }: Options): Promise<void> {
  const { people, quarters, seed, only, profile } = { ...defaultSize, ...options };
  const size: Size = { people, quarters, seed, only, profile };
  const programme = await readProgramme(programmeDirectory(options.programme));
  const { salt, from } = await saltFor(options.saltFile, join(homeDirectory(), 'secrets'));
  if (from === 'synthetic') {
    say(
      json,
      'digests of sources that pseudonymise are made with a synthetic salt: they match no installation’s own',
    );
  }
  const progress = createProgress(json !== true);
  const bar = progress.bar('people', size.people);
  const written = await writeProgramme(out, { ...size, programme, salt }, ({ people }) =>
    bar.update(Math.min(people, size.people)),
  );
  progress.stop();
  print(
    json,
    written.manifest,
    () =>
      `${count(written.rows)} rows in ${count(written.manifest.files.length)} files in ${out}; the truth about them in ${join(out, 'truth')}`,
  );
}
