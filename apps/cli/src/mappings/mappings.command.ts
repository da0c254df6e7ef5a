import type { Command } from 'commander';
import { mappingsApi, type Mapping, type MappingWithHistory, type Proposal } from '../api/mappings.js';
import { ingestAsDataTeam, ingestFor } from '../connection/ingest-endpoint.js';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { addSayings, confirmSayings, saysAnything, type Sayings } from './confirm-mapping.js';
import { describeColumns, describeValues } from './describe-proposals.js';

interface Options {
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

interface OptionsOfDataset extends Options {
  readonly dataset: string;
}

interface OptionsOfFile extends OptionsOfDataset, Sayings {
  readonly period: string;
}

export function addMappingsCommand(program: Command): void {
  const mappings = program
    .command('mappings')
    .description('what a provider’s own titles and values mean, as people confirmed it');
  const ofFile = (command: Command): Command =>
    ofService(
      command
        .argument('<file>', 'CSV file or workbook')
        .requiredOption('--dataset <id>', 'dataset, e.g. baby-steps.user')
        .requiredOption('--period <code>', 'period, e.g. 2023-24-Q2'),
    );
  ofFile(mappings.command('propose'))
    .description(
      'says which columns and values of a file are not known, and what they may be; nothing is kept',
    )
    .action(propose);
  addSayings(ofFile(mappings.command('confirm')))
    .description('saves what --map and --map-value say, for all files with the titles of this one')
    .action(confirm);
  ofService(mappings.command('list'))
    .description('the mappings that are saved for files of a dataset')
    .requiredOption('--dataset <id>', 'dataset, e.g. baby-steps.user')
    .action(list);
  ofService(mappings.command('show'))
    .description('one mapping, and who saved its versions when')
    .argument('<id>', 'id of a mapping')
    .action(show);
  ofService(mappings.command('delete'))
    .description('deletes a mapping with all its versions; what was read by it stays')
    .argument('<id>', 'id of a mapping')
    .action(remove);
}

const ofService = (command: Command): Command =>
  command
    .option('--url <url>', 'ingest service (default: the one started here)')
    .option('--token <token>', 'bearer token (default: KINLEDGER_TOKEN, or an account of this machine)')
    .option('--json', 'print one JSON document');

async function propose(file: string, options: OptionsOfFile): Promise<void> {
  const proposal = await mappingsApi(await ingestFor(options)).propose(file, options.dataset, options.period);
  print(options.json, proposal, () => describeProposal(proposal));
}

async function confirm(file: string, options: OptionsOfFile): Promise<void> {
  if (!saysAnything(options))
    throw new Failure(
      'nothing to confirm: give --map or --map-value ("kinledger mappings propose" lists them)',
    );
  const { dataset, period } = options;
  const saved = await confirmSayings(await ingestFor(options), { path: file, dataset, period }, options);
  print(options.json, saved, () => describeMapping(saved));
}

async function list(options: OptionsOfDataset): Promise<void> {
  const all = await mappingsApi(await ingestFor(options)).list(options.dataset);
  print(options.json, all, () =>
    all.length === 0 ? `No mapping is saved for ${options.dataset}.` : all.map(describeMapping).join('\n\n'),
  );
}

async function show(id: string, options: Options): Promise<void> {
  const saved = await mappingsApi(await ingestAsDataTeam(options)).view(id);
  print(options.json, saved, () => describeHistory(saved));
}

async function remove(id: string, options: Options): Promise<void> {
  await mappingsApi(await ingestAsDataTeam(options)).delete(id);
  print(options.json, { id }, () => `Mapping ${id} is deleted.`);
}

function describeProposal(proposal: Proposal): string {
  const { mapping, saved, columnProposals, missing, unmatchedValues, rowsLookedAt } = proposal;
  const without = missing.filter(({ field }) => !columnProposals.some((one) => one.field === field));
  return [
    `${proposal.dataset}: ${count(mapping.length)} of ${count(proposal.titles.length)} columns are read, ${count(rowsLookedAt)} rows were looked at`,
    ...(saved === undefined ? [] : [`  by mapping ${saved.id}, version ${saved.version}`]),
    ...without.map(({ title }) => `  ${title} (needed): no column resembles it; add it to the export`),
    ...describeColumns(columnProposals),
    ...describeValues(unmatchedValues),
    ...(without.length + columnProposals.length + unmatchedValues.length === 0
      ? ['  nothing needs to be confirmed']
      : []),
  ].join('\n');
}

const describeMapping = ({
  id,
  version,
  dataset,
  columns,
  values,
  savedBy,
  savedAt,
  faults,
}: Mapping): string =>
  [
    `Mapping ${id}, version ${version}, for ${dataset}: saved by ${savedBy} at ${savedAt}`,
    ...columns.map(({ field, columnTitle }) => `  "${columnTitle}" is ${field}`),
    ...values.map(({ field, value, code }) => `  "${value}" in ${field} is ${code}`),
    ...faults.map(({ path, message }) => `  no longer fits: ${path}: ${message}`),
  ].join('\n');

const describeHistory = (saved: MappingWithHistory): string =>
  [
    describeMapping(saved),
    ...saved.versions
      .slice(1)
      .map(({ version, savedBy, savedAt }) => `  version ${version}: saved by ${savedBy} at ${savedAt}`),
  ].join('\n');
