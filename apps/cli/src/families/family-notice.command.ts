import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { familyDocument, familyNotice } from '@kinledger/file-templates';
import { readProgramme } from '@kinledger/programme';
import type { Command } from 'commander';
import { Failure } from '../failure.js';
import { print } from '../output/output.js';

interface Options {
  readonly out: string;
  readonly service?: string;
  readonly programme: string;
  readonly json?: boolean;
}

const leap = fileURLToPath(new URL('../../../../programmes/leap', import.meta.url));

export function addFamilyNoticeCommand(program: Command): void {
  program
    .command('family-notice')
    .description(
      'writes what is held about a family, in plain words, as one page to print or host; needs no services',
    )
    .requiredOption('--out <file>', 'HTML file to write; it needs nothing else')
    .option('--service <id>', 'service, e.g. baby-steps (default: all)')
    .option('--programme <dir>', 'programme definition', leap)
    .option('--json', 'print one JSON document')
    .action(write);
}

async function write({ out, service: wanted, programme: directory, json }: Options): Promise<void> {
  const notice = familyNotice(await readProgramme(directory));
  const service = notice.services.find(({ service: id }) => id === wanted);
  if (wanted !== undefined && service === undefined) {
    const known = notice.services.map(({ service: id }) => id).join(', ');
    throw new Failure(`the programme has no service "${wanted}"; it has ${known}`);
  }
  await writeFile(out, familyDocument(notice, service));
  const services = (service === undefined ? notice.services : [service]).map(({ service: id }) => id);
  print(json, { file: out, services }, () =>
    services.length === 1 ? `${out}: ${services.join('')}` : `${out}: ${services.length} services`,
  );
}
