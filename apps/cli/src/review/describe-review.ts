import type { AnswerEffect, Examination, Queue, ReviewDecision } from '../api/reviews.js';
import { describeComparison } from '../ledger/explain/describe-comparison.js';
import { count } from '../output/output.js';
import { right, table } from '../output/table.js';

const standings = {
  waiting: 'waiting',
  'second-awaited': 'second reviewer awaited',
  disputed: 'disputed',
} as const;

/** The queue as a table, with how much of it there is and how often reviewers agree. */
export function queueText({ waiting, hidden, oldest, agreement, pairs }: Queue): string {
  const { pairs: compared, agreed, kappa } = agreement;
  const lines = [
    `Pairs that wait: ${count(waiting)}${oldest === null ? '' : `, the oldest since ${oldest}`}.${hidden === 0 ? '' : ` Never shown, because a service is sensitive: ${count(hidden)}.`}`,
    compared === 0
      ? 'No pair has been answered by two reviewers yet.'
      : `Two reviewers agreed about ${count(agreed)} of ${count(compared)} pairs; Cohen’s kappa ${kappa === null ? 'is undefined' : kappa.toFixed(2)}.`,
  ];
  if (pairs.length === 0) return lines.join('\n');
  const rows = pairs.map((pair) => [
    ...[pair.referral, pair.reason, pair.rule, fileOf(pair.subject), fileOf(pair.candidate)],
    ...[count(pair.estimate.closed), count(pair.estimate.all)],
    pair.isAnswered ? 'you have answered' : standings[pair.standing],
  ]);
  const columns = [
    ...['Referral', 'Doubt', 'Rule', 'First row', 'Second row'].map((title) => ({ title })),
    ...[right('Closed'), right('All'), { title: 'State' }],
  ];
  return [
    ...lines,
    '',
    table(columns, rows),
    '',
    'Closed and All: services and quarters in which both are counted now, by which the list is sorted.',
  ].join('\n');
}

/** What a look shows: evidence by kind, and what each answer changes. */
export function examinationText({ referral, reason, rule, asAt, subject, pairs, more }: Examination): string {
  const parts = pairs.map(({ candidate, comparison, weighed, effects }) =>
    [
      `Candidate ${candidate.record}, ${fileOf(candidate)}`,
      table(
        [{ title: 'Compared' }, { title: 'Result' }, right('First'), right('Second'), right('In common')],
        comparison.kinds.map((kind) => [
          ...[kind.kind, resultOf(kind), count(kind.subject), count(kind.candidate), count(kind.shared)],
        ]),
      ),
      ...(weighed === undefined ? [] : ['How the strategy weighs them:', ...describeComparison(weighed)]),
      effectText('the same person', effects.same),
      effectText('different people', effects.different),
    ].join('\n'),
  );
  return [
    `Referral ${referral} at ledger position ${count(asAt)}: ${rule}, but ${reason}.`,
    `Subject ${subject.record}, ${fileOf(subject)}`,
    ...parts,
    ...(more === 0
      ? []
      : [
          `${count(more)} more ${more === 1 ? 'candidate is' : 'candidates are'} shown once these are decided.`,
        ]),
  ].join('\n\n');
}

/** What was decided, the latest first. */
export function decisionsText(decisions: readonly ReviewDecision[]): string {
  if (decisions.length === 0) return 'Nothing was decided yet.';
  const titles = ['When', 'Decision', 'By', 'Why', 'First record', 'Second record', 'State'];
  return table(
    [right('Position'), ...titles.map((title) => ({ title }))],
    decisions.map(({ position, at, kind, answer, by, reason, subject, candidate, stands }) => [
      ...[count(position), at, answer ?? kind, by, reason, subject, candidate],
      stands ? 'in force' : 'ended',
    ]),
  );
}

/** Which counts of which quarters an answer changes. */
export function effectText(name: string, { quarters }: AnswerEffect): string {
  const head = `If they are ${name}:`;
  const changes = quarters.flatMap(({ period, isClosed, changes: cells }) =>
    cells.map(({ figure, scope, dimensions, column, before, after }) => [
      `${period}${isClosed ? ' (closed)' : ''}`,
      ...[figure, [scope, ...dimensions.map((value) => value ?? 'unknown')].join(' '), column],
      ...[count(before), count(after)],
    ]),
  );
  if (changes.length === 0) return `${head} no count of any quarter changes.`;
  const titles = ['Quarter', 'Figure', 'Scope', 'Count'].map((title) => ({ title }));
  return `${head}\n${table([...titles, right('Now'), right('Then')], changes)}`;
}

const fileOf = ({ dataset, period, provider }: Examination['subject']): string =>
  [dataset, period ?? 'unknown period', provider ?? 'unknown provider'].join(' ');

function resultOf(kind: { readonly subject: number; readonly candidate: number; readonly shared: number }) {
  if (kind.subject === 0 || kind.candidate === 0) return 'missing';
  if (kind.shared === 0) return 'differs';
  return kind.shared === kind.subject && kind.shared === kind.candidate ? 'agrees' : 'agrees in part';
}
