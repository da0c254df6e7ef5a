import { readFileSync } from 'node:fs';
import { InvalidArgumentError, type Command } from 'commander';
import { studiesApi, type ListedStudies, type Permission } from '../api/studies.js';
import { homeDirectory, requireConnection } from '../connection/connection.js';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { growingPrivateFile, requireWritable, writePrivateFile } from '../output/private-file.js';
import { table } from '../output/table.js';

interface Where {
  readonly home?: string;
  readonly token?: string;
  readonly json?: boolean;
}

interface ExtractOptions extends Where {
  readonly out: string;
  readonly asAt?: number;
}

interface DestroyOptions extends Where {
  readonly out: string;
  readonly yes?: boolean;
}

const SPECIFICATION = 'file with the study’s data output specification, as JSON';

const position = (typed: string): number => {
  const number = Number(typed);
  if (/^\d+$/.test(typed) && Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError('expected a ledger position, a whole number');
};

export function addStudyCommand(program: Command): void {
  const study = program
    .command('study')
    .description('extracts for evaluators, under pseudonyms of their study, as far as agreements allow');
  addWhere(
    study
      .command('check')
      .description('says whether agreements allow a study what it asks for, and makes nothing')
      .argument('<specification>', SPECIFICATION),
  ).action(check);
  addWhere(
    study
      .command('extract')
      .description('makes an extract: tables, codebook, documents and manifest in one ZIP file')
      .argument('<specification>', SPECIFICATION)
      .requiredOption('--out <file>', 'ZIP file to write')
      .option('--as-at <position>', 'a ledger position that was rebuilt (kinledger rebuild)', position),
  ).action(extract);
  addWhere(study.command('list').description('every study, and each extract that was made for it')).action(
    list,
  );
  addWhere(
    study
      .command('destroy')
      .description('destroys the key of a study’s pseudonyms for good, and writes the certificate')
      .argument('<study>', 'name of the study')
      .requiredOption('--out <file>', 'Markdown file to write the certificate to')
      .option('--yes', 'destroy it: nobody can bring the key back'),
  ).action(destroy);
}

const addWhere = (command: Command): Command =>
  command
    .option('--home <dir>', 'the home whose services run (default: KINLEDGER_HOME, else .kinledger here)')
    .option(
      '--token <token>',
      'bearer token (default: KINLEDGER_TOKEN, or the data team’s account of this machine)',
    )
    .option('--json', 'print one JSON document');

async function check(file: string, { json, ...where }: Where): Promise<void> {
  const permission = await apiAt(where).check(readSpecification(file));
  print(json, permission, () => permissionText(permission));
}

async function extract(file: string, { out, asAt, json, ...where }: ExtractOptions): Promise<void> {
  const specification = readSpecification(file);
  requireWritable(out);
  const { id, position: at, archive } = await apiAt(where).extract(specification, asAt);
  const growing = growingPrivateFile(out);
  try {
    for await (const part of archive) growing.write(part);
    growing.finish();
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('the extract broke off before its end, and nothing of it is kept: ask again');
  } finally {
    growing.discard();
  }
  print(json, { id, position: at, file: out }, () =>
    [
      `Wrote ${out}, the state at ledger position ${count(at)}.`,
      'README.md in it says whom it holds and who is missing. Hand it over encrypted.',
    ].join('\n'),
  );
}

async function list({ json, ...where }: Where): Promise<void> {
  const found = await apiAt(where).all();
  print(json, found, () => studiesText(found));
}

async function destroy(study: string, { out, yes, json, ...where }: DestroyOptions): Promise<void> {
  if (yes !== true)
    throw new Failure(
      `no extract of "${study}" can be made again, and nobody can relate its pseudonyms to anybody: say --yes`,
    );
  requireWritable(out);
  writePrivateFile(out, await apiAt(where).destroy(study));
  print(json, { study, certificate: out }, () =>
    [
      `The key of "${study}" is destroyed.`,
      `${out} is the certificate: the recipient signs it for its copies.`,
    ].join('\n'),
  );
}

/** @throws Failure where the file cannot be read or is no JSON. */
function readSpecification(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new Failure(`${file} cannot be read`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure(`${file} is not JSON`);
  }
}

const permissionText = ({ permitted }: Permission): string =>
  [
    'Agreements allow it:',
    ...permitted.map(({ dataset, attributes, consent }) =>
      [
        `  ${dataset}: ${attributes.length === 0 ? 'its rows' : `its rows, and ${attributes.join(', ')}`}`,
        consent === undefined ? '' : `; people with consent form ${consent.versions.join(', ')} only`,
      ].join(''),
    ),
  ].join('\n');

export function studiesText({ studies }: ListedStudies): string {
  if (studies.length === 0) return 'No extract of a study was ever made.';
  return studies
    .map(({ study, destroyedAt, destroyedBy, extracts }) =>
      [
        destroyedAt === null ? study : `${study}: key destroyed ${destroyedAt} by ${destroyedBy ?? ''}`,
        table(
          [
            { title: 'made' },
            { title: 'by' },
            { title: 'position', align: 'right' },
            { title: 'people', align: 'right' },
            { title: 'for' },
            { title: 'expires' },
            { title: 'manifest' },
          ],
          extracts.map(({ askedAt, askedBy, position: at, people, organisation, expires, manifest }) => [
            ...[askedAt, askedBy, count(at), people === null ? '' : count(people), organisation, expires],
            manifest === null ? 'broke off' : `${manifest.slice(0, 12)}…`,
          ]),
        ),
      ].join('\n'),
    )
    .join('\n\n');
}

function apiAt({ home, token }: Pick<Where, 'home' | 'token'>) {
  const { services, tokens } = requireConnection(homeDirectory(home));
  return studiesApi({
    url: services.projector,
    token: token ?? process.env['KINLEDGER_TOKEN'] ?? tokens.dataTeam,
  });
}
