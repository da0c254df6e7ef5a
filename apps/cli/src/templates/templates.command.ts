import { fileURLToPath } from 'node:url';
import { readProgramme } from '@kinledger/programme';
import type { Command } from 'commander';
import { Failure } from '../failure.js';
import { print } from '../output/output.js';
import { writeTemplates } from './write-templates.js';

interface Options {
  readonly dataset?: string;
  readonly out: string;
  readonly programme: string;
  readonly json?: boolean;
}

const leap = fileURLToPath(new URL('../../../../programmes/leap', import.meta.url));

export function addTemplatesCommand(program: Command): void {
  program
    .command('templates')
    .description('writes templates, a field guide and the schema of a dataset; needs no services')
    .requiredOption('--out <dir>', 'folder for the files, made if it does not exist')
    .option('--dataset <id>', 'dataset, e.g. baby-steps.user (default: all)')
    .option('--programme <dir>', 'programme definition', leap)
    .option('--json', 'print one JSON document')
    .action(write);
}

async function write(options: Options): Promise<void> {
  const { datasets } = await readProgramme(options.programme);
  const wanted = datasets.filter(({ id }) => options.dataset === undefined || id === options.dataset);
  if (wanted.length === 0) {
    const known = datasets.map(({ id }) => id).join(', ');
    throw new Failure(`the programme has no dataset "${options.dataset ?? ''}"; it has ${known}`);
  }
  const files: string[] = [];
  for (const dataset of wanted) files.push(...(await writeTemplates(dataset, options.out)));
  print(options.json, { folder: options.out, files }, () =>
    [`In ${options.out}:`, ...files.map((name) => `  ${name}`)].join('\n'),
  );
}
