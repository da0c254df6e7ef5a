import {
  NOT_SHOWN,
  toldOf,
  verdictTexts,
  type CauseOfStep,
  type ExplainedSubmission,
  type Explanation,
  type Happening,
  type PlacedRecord,
  type Step,
} from '@kinledger/decisions';
import type { Considered, Rival } from '@kinledger/domain';
import { count } from '../../output/output.js';
import { bits, describeComparison } from './describe-comparison.js';

const replays: Readonly<Record<Step['replay'], string>> = {
  equal: 'made again: equal',
  diverged: 'made again: IT DIVERGES, see kinledger ledger replay',
  'not-decidable': 'made again: not decidable, since bodies are erased',
};

/** How an individual came to be, for people. */
export function describeExplanation(found: Explanation): string {
  const { individual, record, asAt, stream, absorbed, records, steps, submissions, faults } = found;
  const files = new Map(submissions.map((submission) => [submission.submission, submission]));
  return [
    ...(record === undefined ? [] : [`Record ${record} belongs to individual ${individual}.`]),
    `Individual ${individual} in ${stream}, as at position ${asAt}: ${count(records.length)} ${records.length === 1 ? 'record' : 'records'} in ${count(steps.length)} ${steps.length === 1 ? 'decision' : 'decisions'}.`,
    ...absorbed.map((id) => `  ${id} was merged into it, and forwards to it`),
    ...steps.flatMap((step) => ['', ...describeStep(step, files)]),
    ...faults.map(
      ({ record: missing, revision }) =>
        `fault: the body of record ${missing}, which entered at position ${revision}, is missing, and no erasure names it`,
    ),
    '',
    'Records of sensitive datasets are left out of every explanation, and so is what they caused.',
  ].join('\n');
}

function describeStep(step: Step, files: ReadonlyMap<string, ExplainedSubmission>): string[] {
  const { from, to, caused, replay } = step;
  return [
    `Positions ${from} to ${to}, ${caused.time}: ${describeCause(caused, files)} (${replays[replay]})`,
    ...toldOf(step).flatMap((told) =>
      told.kind === 'several'
        ? [describeSeveral(told.records, files)]
        : [
            `  ${told.happening.position}  ${describeHappening(told.happening, files)}`,
            ...describeWeights(told.happening),
            ...describeConsidered(told.considered),
          ],
    ),
  ];
}

/** What a score of the ledger is made of; of a score of another release, only that it is not known. */
function describeWeights(one: Happening): string[] {
  if (!('score' in one) || one.score === undefined || one.levels === undefined) return [];
  const lines =
    one.comparison === undefined
      ? ['how this score came about is not known: it does not follow from the model that the ledger names']
      : describeComparison(one.comparison);
  return lines.map((line) => `          ${line}`);
}

/** Records of one file that joined in the same way, with nothing else considered; `--json` has each of them. */
function describeSeveral(
  records: readonly [PlacedRecord, ...PlacedRecord[]],
  files: ReadonlyMap<string, ExplainedSubmission>,
): string {
  const [{ happening: first }] = records;
  const last = records.at(-1)?.happening ?? first;
  const places =
    first.position === last.position ? `${first.position}` : `${first.position} to ${last.position}`;
  return `  ${places}  ${count(records.length)} records join ${first.individual} by ${nameOf(first.rule)}, strategy ${first.strategy}${carrier(first.submission, files)}; nothing else was considered`;
}

function describeCause(
  { kind, command, by, organisation, reason, submission, cause }: CauseOfStep,
  files: ReadonlyMap<string, ExplainedSubmission>,
): string {
  const file = submission === undefined ? undefined : files.get(submission);
  const asked = [
    ...(by === undefined ? [] : [`by ${by}${organisation === undefined ? '' : ` for ${organisation}`}`]),
    ...(reason === undefined ? [] : [`because ${reason}`]),
  ];
  switch (kind) {
    case 'file':
      return file === undefined
        ? `file ${submission ?? ''} (message ${cause})`
        : `${describeFile(file)}, attested by ${file.attestedBy}${file.onBehalfOf === undefined ? '' : ` on behalf of ${file.onBehalfOf}`} (message ${cause})`;
    case 'command':
      return [
        `command ${command ?? cause}`,
        ...asked,
        ...(file === undefined ? [] : [`about ${describeFile(file)}`]),
      ].join(', ');
    case 'erasure':
      return ['a line of the list of erasures', ...asked].join(', ');
    case 'definition':
      return `another definition of the programme came into force (${cause})`;
  }
}

const describeFile = ({ submission, dataset, period, provider, agreement }: ExplainedSubmission): string =>
  `submission ${submission} (${dataset}, ${period}, from ${provider} under agreement ${agreement})`;

function describeHappening(one: Happening, files: ReadonlyMap<string, ExplainedSubmission>): string {
  const ground = (rule: string, through: string | undefined, strategy: string) =>
    `by ${nameOf(rule)}${through === undefined ? '' : `, through record ${through}`}, strategy ${strategy}`;
  switch (one.what) {
    case 'registered':
      return `record ${one.record} founds ${one.individual} ${ground(one.rule, one.through, one.strategy)}${carrier(one.submission, files)}`;
    case 'joined':
      return `record ${one.record} joins ${one.individual} ${ground(one.rule, one.through, one.strategy)}${scoring(one.score, one.levels)}${carrier(one.submission, files)}`;
    case 'left':
      return `record ${one.record} leaves: ${nameOf(one.reason)}${one.into === undefined ? '' : `, to individual ${one.into}`}`;
    case 'came-by-split':
      return `record ${one.record} comes from individual ${one.out}, which is split, strategy ${one.strategy}`;
    case 'merged':
      return `individual ${one.absorbed} is merged into ${one.individual} ${ground(one.rule, one.through, one.strategy)}`;
    case 'referred':
      return `referral ${one.referral} (${one.reason}, by ${nameOf(one.rule)}${scoring(one.score, one.levels)}): record ${one.subject} against ${one.candidates.join(', ')}`;
    case 'referral-lapsed':
      return `referral ${one.referral} lapses: its evidence is gone or settled`;
    case 'carried':
      return `${count(one.records.length)} ${one.records.length === 1 ? 'record stands' : 'records stand'} unchanged${carrier(one.submission, files)}`;
    case 'reviewed':
      if (one.answer !== undefined)
        return `${one.decision}: ${one.by} answered ${one.answer} about rows ${one.rows.join(' and ')}, because ${one.reason}`;
      return `${one.decision}: ${one.by} decided about rows ${one.rows.join(' and ')}, because ${one.reason}`;
    case 'relationship':
      return `relationship ${one.kind} with individual ${one.other}, by ${one.domain}`;
    case 'family':
      return `${one.joins ? 'joins' : 'leaves'} family ${one.family} of scope ${one.scope}`;
    case 'carer-tokens-erased':
      return `record ${one.record} loses ${count(one.tokens)} ${one.tokens === 1 ? 'token' : 'tokens'} of a carer who is erased: ${one.basis}${one.by === undefined ? '' : `, asked by ${one.by}`}`;
    case 'erased':
      return `record ${one.record} is erased: ${one.basis}${one.by === undefined ? '' : `, asked by ${one.by}`}`;
  }
}

const nameOf = (rule: string): string => (rule === NOT_SHOWN ? 'a link that is not shown' : rule);

const carrier = (submission: string, files: ReadonlyMap<string, ExplainedSubmission>): string => {
  const file = files.get(submission);
  return file === undefined ? '' : ` (in ${file.dataset}, ${file.period}, agreement ${file.agreement})`;
};

const scoring = (score: number | undefined, levels: Readonly<Record<string, string>> | undefined): string => {
  const said = Object.entries(levels ?? {}).map(([field, level]) => `${field} ${level}`);
  return `${score === undefined ? '' : `, ${bits(score)} bits`}${said.length === 0 ? '' : `, levels ${said.join(', ')}`}`;
};

function describeConsidered(considered: Considered | undefined): string[] {
  if (considered === undefined) return [];
  const { tokens, rivals, more } = considered;
  const kinds = tokens.map(
    ({ rule, hasForce, isUsable, holders }) =>
      `${rule} (${count(holders)} ${holders === 1 ? 'record has' : 'records have'} it${hasForce ? '' : ', without force'}${isUsable ? '' : ', not usable without a birth date'})`,
  );
  return [
    `        its tokens: ${kinds.length === 0 ? 'none' : kinds.join('; ')}`,
    ...rivals.map((rival) => `        considered: ${describeRival(rival)}`),
    ...(more === 0 ? [] : [`        considered: and ${count(more)} more`]),
  ];
}

const describeRival = ({ rule, score, levels, record, individual, verdict }: Rival): string =>
  `${individual === undefined ? 'no individual' : `individual ${individual}`} through record ${record} by ${rule}${scoring(score, levels)}, which lost: ${verdictTexts[verdict]}`;
