import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import { reviewsApi, type Examination } from '../api/reviews.js';
import { homeDirectory, requireConnection } from '../connection/connection.js';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { say } from '../output/progress.js';
import { waitSeconds } from '../output/wait-option.js';
import { decisionsText, examinationText, queueText } from './describe-review.js';

interface Where {
  readonly home?: string;
  readonly token?: string;
  readonly json?: boolean;
}

interface Look {
  readonly look: string;
}

interface Decided extends Where, Look {
  readonly candidate?: string;
  readonly reason: string;
  readonly wait: number;
}

const MAX_ROWS = 500;
const answers = ['same', 'different', 'unsure'] as const;
type Answer = (typeof answers)[number];

const rows = (typed: string): number => {
  const limit = Number(typed);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_ROWS) return limit;
  throw new InvalidArgumentError(`expected a whole number up to ${MAX_ROWS}`);
};

export function addReviewCommand(program: Command): void {
  const review = program
    .command('review')
    .description(
      'doubtful links: lists them, shows the evidence, records what a reviewer decides, undoes it',
    );
  addWhere(
    review
      .command('list')
      .description('pairs that wait for a review, those with the greatest effect on figures first')
      .option('--limit <number>', 'how many to list', rows, 50),
  ).action(list);
  addWhere(
    review
      .command('show')
      .description('shows the evidence of a referral, and what each answer changes in the figures')
      .argument('<referral>', 'id of a referral, as the list shows it')
      .requiredOption(
        '--look <why>',
        'why you look, for the trail of looks: ten characters or more, no name',
      ),
  ).action(show);
  addWhere(
    review
      .command('decide')
      .description(
        'looks at a referral and answers in one step: shows the evidence and what each answer changes, then saves',
      )
      .argument('<referral>', 'id of a referral, as the list shows it')
      .addArgument(new Argument('<answer>', 'whether the two are one person').choices(answers))
      .requiredOption('--reason <code>', 'why, as a short code such as value-mistyped: never a name')
      .requiredOption('--look <why>', 'why you look, for the trail of looks: ten characters or more, no name')
      .option('--candidate <record>', 'which candidate, where the referral has several')
      .option('--wait <seconds>', 'how long to wait for the linker’s answer', waitSeconds, 60),
  ).action(decide);
  addWhere(
    review
      .command('undo')
      .description('undoes the decision about two records: the rules decide again')
      .argument('<record>', 'one of the two')
      .argument('<other>', 'the other')
      .requiredOption('--reason <code>', 'why, as a short code such as decided-in-error: never a name')
      .option('--wait <seconds>', 'how long to wait for the linker’s answer', waitSeconds, 60),
  ).action(undo);
  addWhere(
    review
      .command('decisions')
      .description('what was decided and undone: by whom, when and why')
      .option('--limit <number>', 'how many to list', rows, 50),
  ).action(decisions);
}

const addWhere = (command: Command): Command =>
  command
    .option('--home <dir>', 'the home whose services run (default: KINLEDGER_HOME, else .kinledger here)')
    .addOption(
      new Option(
        '--token <token>',
        'bearer token (default: KINLEDGER_TOKEN, or the data team’s account of this machine)',
      ),
    )
    .option('--json', 'print one JSON document');

async function list({ limit, json, ...where }: Where & { readonly limit: number }): Promise<void> {
  const queue = await apiAt(where).queue(limit);
  print(json, queue, () => queueText(queue));
}

async function show(referral: string, { look, json, ...where }: Where & Look): Promise<void> {
  const examination = await apiAt(where).examine(referral, look);
  print(json, examination, () => examinationText(examination));
}

async function decide(
  referral: string,
  answer: Answer,
  { look, candidate, reason, wait, json, ...where }: Decided,
): Promise<void> {
  const api = apiAt(where);
  const examination = await api.examine(referral, look);
  const pair = pairOf(examination, candidate);
  say(json, examinationText(examination));
  const given = { examination: examination.id, candidate: pair.candidate.record, answer, reason };
  const order = await api.answer(given, wait);
  print(json, order, () => `Recorded at ledger position ${count(order.position ?? 0)}.`);
}

async function undo(
  subject: string,
  candidate: string,
  { reason, wait, json, ...where }: Where & Pick<Decided, 'reason' | 'wait'>,
): Promise<void> {
  const order = await apiAt(where).undo({ subject, candidate, reason }, wait);
  print(json, order, () => `Undone at ledger position ${count(order.position ?? 0)}.`);
}

async function decisions({ limit, json, ...where }: Where & { readonly limit: number }): Promise<void> {
  const found = await apiAt(where).decisions(limit);
  print(json, { decisions: found }, () => decisionsText(found));
}

/** @throws Failure unless there is one pair, or the named one. */
function pairOf({ pairs }: Examination, candidate: string | undefined): Examination['pairs'][number] {
  const [first, ...others] = pairs;
  if (first === undefined) throw new Failure('nothing of this referral can be compared any more');
  if (candidate === undefined && others.length > 0)
    throw new Failure('the referral has several candidates: name one with --candidate');
  const found = candidate === undefined ? first : pairs.find((pair) => pair.candidate.record === candidate);
  if (found === undefined) throw new Failure('the referral has no such candidate that waits');
  return found;
}

function apiAt({ home, token }: Pick<Where, 'home' | 'token'>) {
  const { services, tokens } = requireConnection(homeDirectory(home));
  return reviewsApi({
    url: services.projector,
    token: token ?? process.env['KINLEDGER_TOKEN'] ?? tokens.dataTeam,
  });
}
