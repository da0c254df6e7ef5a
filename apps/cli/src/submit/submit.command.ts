import type { Command } from 'commander';
import type { Endpoint } from '../api/http.js';
import { linkerApi } from '../api/linker.js';
import { ingestApi, type Accepted, type Upload } from '../api/ingest.js';
import { reportingApi, type Submission } from '../api/reporting.js';
import { homeDirectory, requireConnection } from '../connection/connection.js';
import { ingestFor } from '../connection/ingest-endpoint.js';
import { Failure } from '../failure.js';
import { LedgerWait } from '../ledger/ledger-wait.js';
import { addSayings, confirmSayings, saysAnything, type Sayings } from '../mappings/confirm-mapping.js';
import { describeColumns, describeValues } from '../mappings/describe-proposals.js';
import { count, print } from '../output/output.js';
import { writePrivateFile } from '../output/private-file.js';
import { say } from '../output/progress.js';
import { messagesByRow, writeAnnotated } from './annotated-file.js';
import { awaitSubmission } from './await-submission.js';
import { describeEffect } from './describe-effect.js';

interface Options extends Sayings {
  readonly dataset: string;
  readonly period: string;
  readonly dryRun?: boolean;
  readonly dayFirst?: string;
  readonly monthFirst?: string;
  readonly errors?: string;
  readonly annotated?: string;
  readonly mode?: 'replace' | 'add';
  readonly confirmRetiring?: boolean;
  readonly attest?: boolean;
  readonly onBehalfOf?: string;
  readonly url?: string;
  readonly reportsUrl?: string;
  readonly token?: string;
  readonly json?: boolean;
  readonly mapping?: string;
}

export function addSubmitCommand(program: Command): void {
  addSayings(program.command('submit'))
    .description('validates and submits one file, and waits until its rows are linked and in the reports')
    .argument('<file>', 'CSV file or workbook (.xlsx, .ods)')
    .requiredOption('--dataset <id>', 'dataset, e.g. baby-steps.user')
    .requiredOption('--period <code>', 'period, e.g. 2023-24-Q2')
    .option(
      '--mapping <id.version>',
      'read the file by exactly this saved mapping, or by none (default: the one for its titles)',
    )
    .option(
      '--day-first <fields>',
      'date fields whose column has the day first, separated by commas; if it is asked for',
    )
    .option('--month-first <fields>', 'date fields whose column has the month first, separated by commas')
    .option('--dry-run', 'validate only, and say what submitting would do; nothing is kept')
    .option('--errors <file>', 'write the error report, row by row, as CSV')
    .option(
      '--annotated <file>',
      'write the file again as CSV, with a last column that says what is wrong with each row',
    )
    .option(
      '--mode <mode>',
      'replace (default): supersedes earlier files of dataset and period; add: stands beside them',
    )
    .option(
      '--confirm-retiring',
      'confirm that a cumulative file or a snapshot retires a large share of its dataset',
    )
    .option('--attest', 'confirm the words of the attestation, which are printed')
    .option('--on-behalf-of <provider>', 'for the data team: the provider that the file is from')
    .option('--url <url>', 'ingest service (default: the one started here)')
    .option('--reports-url <url>', 'reporting service; without it and with --url, the command does not wait')
    .option(
      '--token <token>',
      'bearer token (default: KINLEDGER_TOKEN, or the provider’s account of this machine)',
    )
    .option('--json', 'print one JSON document')
    .action(submit);
}

interface Outcome {
  readonly upload: Upload;
  readonly accepted?: Accepted;
  readonly submission?: Submission;
}

async function submit(file: string, options: Options): Promise<void> {
  const { ingest: endpoint, reporting, linker } = await endpointsFor(options);
  const ingest = ingestApi(endpoint);
  const { dataset, period } = options;
  if (saysAnything(options)) {
    const saved = await confirmSayings(endpoint, { path: file, dataset, period }, options);
    say(options.json, `mapping ${saved.id} is saved as version ${saved.version}`);
  }
  say(options.json, `validating ${file}`);
  const upload = await ingest.upload(file, dataset, period, options);
  // The reports hold values of the provider's file.
  if (options.errors !== undefined) writePrivateFile(options.errors, await ingest.errors(upload.id));
  if (options.annotated !== undefined)
    await writeAnnotated(
      file,
      options.annotated,
      titlesOf(upload),
      messagesByRow(await ingest.errors(upload.id)),
    );
  const show = (outcome: Outcome) => print(options.json, outcome, () => describe(outcome, options));
  if (upload.state !== 'validated') {
    show({ upload });
    throw new Failure(refusalOf(upload));
  }
  if (options.dryRun === true) {
    await ingest.discard(upload.id);
    show({ upload });
    return;
  }
  const { mode, onBehalfOf, confirmRetiring } = options;
  const attestation = options.attest === true ? await ingest.wordsFor('submission') : undefined;
  if (attestation !== undefined) say(options.json, `you confirm: ${attestation.words}`);
  const attest = attestation?.version;
  const accepted = await ingest.submit(upload.id, { mode, onBehalfOf, confirmRetiring, attest });
  if (reporting === undefined) {
    show({ upload, accepted });
    return;
  }
  say(options.json, 'waiting until its rows are linked');
  const asked =
    linker === undefined
      ? undefined
      : { linker: linkerApi(linker), wait: new LedgerWait((text) => say(options.json, text)) };
  const submission = await awaitSubmission(reportingApi(reporting), accepted.id, asked);
  show({ upload, accepted, submission });
  if (submission.state !== 'linked') {
    throw new Failure(
      `the submission is ${submission.state}${submission.reason === null ? '' : ` (${submission.reason})`}: its rows are not in the reports`,
    );
  }
}

async function endpointsFor(options: Options): Promise<{
  readonly ingest: Endpoint;
  readonly reporting: Endpoint | undefined;
  /** Only for services on this machine; a provider’s token gives no access to the linker. */
  readonly linker?: Endpoint;
}> {
  const ingest = await ingestFor(options);
  if (options.url !== undefined) {
    const { token } = ingest;
    return {
      ingest,
      reporting: options.reportsUrl === undefined ? undefined : { url: options.reportsUrl, token },
    };
  }
  const { services, tokens } = requireConnection(homeDirectory());
  return {
    ingest,
    reporting: { url: services['reporting-api'], token: tokens.dataTeam },
    linker: { url: services.linker, token: tokens.operator },
  };
}

function describe({ upload, accepted, submission }: Outcome, options: Options): string {
  const { counts } = upload;
  const findings = Object.entries(upload.findings).sort(([, left], [, right]) => right - left);
  const lines = [
    `${upload.dataset} ${upload.period}: ${upload.state}`,
    ...(upload.read === undefined ? [] : [`  read as        ${howRead(upload.read)}`]),
    `  rows read      ${count(counts.read)}`,
    `  accepted       ${count(counts.accepted)}${counts.warned > 0 ? ` (${count(counts.warned)} with warnings)` : ''}`,
    ...(counts.rejected > 0 ? [`  rejected       ${count(counts.rejected)}`] : []),
    ...(counts.duplicate > 0 ? [`  duplicate      ${count(counts.duplicate)}`] : []),
    ...findings.map(([rule, rows]) => `    ${rule}: ${count(rows)}`),
    ...upload.notes.map(({ message }) => `  ${message}`),
    ...(upload.savedMapping === undefined
      ? []
      : [`  read by        mapping ${upload.savedMapping.id}, version ${upload.savedMapping.version}`]),
  ];
  if (accepted === undefined) {
    lines.push(...describeColumns(upload.columnProposals), ...describeValues(upload.unmatchedValues));
  }
  if (options.errors !== undefined) lines.push(`  error report   ${options.errors}`);
  if (options.annotated !== undefined) lines.push(`  with errors    ${options.annotated}`);
  const foretold = upload.ifSubmitted?.[options.mode ?? 'replace'];
  if (accepted === undefined && foretold !== undefined) lines.push(...describeEffect(foretold, 'would'));
  if (accepted !== undefined) {
    lines.push(
      `  submission     ${accepted.id}${accepted.repeated ? ' (this file was submitted before)' : ''}`,
    );
    if (accepted.supersedes.length > 0) lines.push(`  in place of    ${accepted.supersedes.join(', ')}`);
    if (accepted.effect !== undefined) lines.push(...describeEffect(accepted.effect, 'done'));
  }
  if (submission === undefined) return lines.join('\n');
  lines.push(`  ${submission.state} at ledger position ${count(submission.closedAt ?? 0)}`);
  const withheld = submission.counts?.['suppressed'] ?? 0;
  if (withheld > 0) lines.push(`    withheld: ${count(withheld)} of people whose data was erased`);
  for (const [outcome, rows] of Object.entries(submission.outcomes ?? {})) {
    if (rows > 0) lines.push(`    ${outcome}: ${count(rows)}`);
  }
  return lines.join('\n');
}

const titlesOf = ({ mapping, unknownTitles = [] }: Upload): readonly string[] => [
  ...mapping.flatMap(({ columnTitle }) => (columnTitle === undefined ? [] : [columnTitle])),
  ...unknownTitles,
];

const delimiters: Readonly<Record<string, string>> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' };

function howRead({
  format,
  encoding,
  delimiter,
  sheet,
  sheetName,
  headerRow,
}: NonNullable<Upload['read']>): string {
  const name = sheetName === undefined ? '' : ` "${sheetName}"`;
  const where = sheet == null ? `${encoding ?? ''}, ${delimiters[delimiter ?? ''] ?? 'one column'}` : `sheet ${sheet}${name}`; // prettier-ignore
  return `${format ?? 'csv'}, ${where}, titles in row ${headerRow ?? 1}`;
}

const refusalOf = (upload: Upload): string =>
  upload.notes[0]?.message ??
  `the file was refused${upload.reason === undefined ? '' : ` (${upload.reason})`}`;
