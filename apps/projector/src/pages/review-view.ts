import { parsePeriod, type ComparedKind } from '@kinledger/domain';
import { ageName, instantName, reasonName, titleOf } from '@kinledger/page-kit/names';
import type { AnswerEffect, Examination } from '../reviews/examination.js';
import type { Agreement } from '../reviews/agreement.js';
import type { QueuedPair, ReviewDecision, RowSource } from '../reviews/review-queue.js';
import { comparisonView } from './comparison-view.js';
import { countName, figureName } from './count-names.js';
import { identifierName, keptApartName, ruleName } from './linkage-names.js';
import type { ProgrammeNames } from './programme-names.js';

/** Reasons that the form offers; callers of the API may give others. */
export const reviewReasons = [
  'evidence-agrees',
  'value-mistyped',
  'details-changed',
  'contact-shared',
  'twins-or-siblings',
  'parent-and-child',
  'evidence-insufficient',
] as const;

/** Reasons for undoing a decision. */
export const undoReasons = ['decided-in-error', 'evidence-changed', 'asked-by-provider'] as const;

const kinds: Readonly<Record<string, string>> = {
  'birth-date': 'the birth date',
  gender: 'the gender',
  'case-number': 'the case number of one dataset',
};
const kindName = (kind: string): string =>
  titleOf((kinds[kind] ?? identifierName(kind)).replace(/^the /, ''));

/** Both sides of a kind in words: how much agrees, and what is missing. Values are never shown. */
function agreementName({ subject, candidate, shared }: ComparedKind): string {
  if (subject === 0 && candidate === 0) return 'Missing on both sides';
  if (subject === 0) return 'Missing on the first side';
  if (candidate === 0) return 'Missing on the second side';
  if (shared === 0) return 'Differs';
  return shared === subject && shared === candidate ? 'Agrees' : 'Agrees in part';
}

const signed = (value: number): string => (value > 0 ? `+${value}` : String(value).replace('-', '−'));
const periodName = (text: string | null): string =>
  (text === null ? undefined : parsePeriod(text)?.label) ?? text ?? 'not known';

/** Names what reviewers see. */
export class ReviewNames {
  readonly #programme: ProgrammeNames;

  constructor(programme: ProgrammeNames) {
    this.#programme = programme;
  }

  sourceOf({ dataset, period, provider, role }: RowSource): string {
    const named = [this.#programme.explanations.datasetName(dataset), titleOf(role), periodName(period)];
    return [...named, ...(provider === null ? [] : [`from ${titleOf(provider)}`])].join(', ');
  }

  queued(pair: QueuedPair) {
    const { referral, reason, rule, referredAt, estimate, standing, isAnswered } = pair;
    return {
      ...{ referral, estimate, isAnswered },
      why: `${titleOf(ruleName(rule))}; but ${keptApartName(reason)}`,
      rows: [this.sourceOf(pair.subject), this.sourceOf(pair.candidate)],
      age: ageName(referredAt),
      standing: standings[standing],
    };
  }

  examined({ subject, pairs, reason, rule, more, asAt }: Examination) {
    return {
      ...{ asAt, more },
      why: `${titleOf(ruleName(rule))}; but ${keptApartName(reason)}.`,
      subject: this.sourceOf(subject),
      pairs: pairs.map(({ candidate, comparison, weighed, effects }) => ({
        record: candidate.record,
        source: this.sourceOf(candidate),
        records: comparison.records,
        weighed: weighed === undefined ? undefined : this.#weighed(weighed, candidate),
        kinds: comparison.kinds.map((kind) => ({
          name: kindName(kind.kind),
          agreement: agreementName(kind),
          subject: kind.subject,
          candidate: kind.candidate,
          shared: kind.shared,
        })),
        effects: [
          { name: 'the same person', ...this.#effect(effects.same) },
          { name: 'different people', ...this.#effect(effects.different) },
        ],
      })),
    };
  }

  #weighed(weighed: NonNullable<Examination['pairs'][number]['weighed']>, candidate: RowSource) {
    return comparisonView(weighed, {
      ...{ id: `weights-${candidate.record}`, label: this.sourceOf(candidate) },
    });
  }

  decided({
    kind,
    answer,
    by,
    organisation,
    at,
    reason,
    position,
    stands,
    subject,
    candidate,
  }: ReviewDecision) {
    return {
      ...{ position, stands, subject, candidate },
      what: kind === 'undone' ? 'Undone' : answer === 'same' ? 'The same person' : 'Different people',
      who: `${by}${organisation === null ? '' : ` for ${titleOf(organisation)}`}`,
      when: instantName(at),
      why: reasonName(reason),
    };
  }

  #effect({ quarters }: AnswerEffect) {
    return {
      changes: quarters.flatMap(({ period, isClosed, changes }) =>
        changes.map((change) => ({
          quarter: `${periodName(period)}${isClosed ? ' (closed)' : ''}`,
          figure: `${figureName(change.figure)}: ${countName(change)}`,
          scope: this.#programme.scopes.get(change.scope) ?? change.scope,
          ...{ before: change.before, after: change.after, change: signed(change.after - change.before) },
        })),
      ),
    };
  }
}

const standings: Readonly<Record<QueuedPair['standing'], string>> = {
  waiting: 'Waiting',
  'second-awaited': 'Second reviewer awaited',
  disputed: 'Disputed: a third reviewer decides',
};

/** How often two reviewers said the same, in one sentence. */
export function agreementSentence({ pairs, agreed, share, kappa }: Agreement): string {
  if (share === null) return 'No pair has been answered by two reviewers yet.';
  const measured =
    kappa === null ? 'kappa is undefined' : `Cohen’s kappa ${kappa.toFixed(2).replace('-', '−')}`;
  return `Two reviewers agreed about ${agreed} of ${pairs} pairs (${Math.round(share * 100)}%; ${measured}).`;
}
