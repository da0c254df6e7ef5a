import type { ProgrammeDefinition } from '@kinledger/programme';
import {
  toldOf,
  verdictTexts,
  type CauseOfStep,
  type ExplainedSubmission,
  type Explanation,
  type Happening,
  type PlacedRecord,
  type Step,
  type ToldHappening,
} from '@kinledger/decisions';
import type { Considered, ConsideredToken, Rival } from '@kinledger/domain';
import { parsePeriod } from '@kinledger/domain';
import {
  datasetName,
  instantName,
  reasonName,
  titleOf,
  type DatasetOfService,
} from '@kinledger/page-kit/names';
import { comparisonView, shownOf, type ComparisonView } from './comparison-view.js';
import { identifierName, keptApartName, ruleName } from './linkage-names.js';
import { say, type Sentence } from './told.js';

/** What a page shows of a fact: a key with a value. */
interface Fact {
  readonly key: string;
  readonly value: Sentence;
}

/** One thing that happened, as the page tells it. */
interface ItemView {
  readonly sentence: Sentence;
  /** What else was considered for the record, and each record where several are told together. */
  readonly rivals: readonly Sentence[];
  readonly tokens: readonly Sentence[];
  readonly levels: readonly { readonly field: string; readonly level: string }[];
  /** How a score came about; its levels are then told with it. */
  readonly comparison: ComparisonView | undefined;
  readonly records: readonly string[];
  readonly position: string;
}

interface StepView {
  readonly title: string;
  readonly when: string;
  /** Who sent the file, under which agreement. */
  readonly sent: Sentence;
  readonly facts: readonly Fact[];
  readonly replay: { readonly text: string; readonly colour: string };
  readonly items: readonly ItemView[];
}

/** An explanation as its page shows it: names in place of codes, sentences in place of events. */
export interface ExplanationView {
  readonly individual: string;
  readonly facts: readonly Fact[];
  readonly steps: readonly StepView[];
  readonly faults: readonly Sentence[];
}

/** Names what an explanation tells, with the names of the programme's datasets. */
export class ExplanationNames {
  readonly #datasets: ReadonlyMap<string, DatasetOfService>;

  constructor({ services, datasets }: ProgrammeDefinition) {
    const names = new Map(services.map(({ id, name }) => [id as string, name]));
    this.#datasets = new Map(
      datasets.map(({ id, service, dataType }) => [
        id,
        { dataset: id, serviceName: names.get(service) ?? service, dataType },
      ]),
    );
  }

  datasetName(dataset: string): string {
    return datasetName(dataset, this.#datasets);
  }

  viewOf(explanation: Explanation): ExplanationView {
    const { individual, record, asAt, absorbed, records, steps, submissions, faults } = explanation;
    const files = new Map(submissions.map((file) => [file.submission as string, file]));
    return {
      individual,
      facts: [
        fact('Individual', say`${{ id: individual }}`),
        ...(record === undefined ? [] : [fact('Asked about its record', say`${{ id: record }}`)]),
        fact('As the ledger stood at', say`position ${number(asAt)}`),
        fact('Records then', say`${number(records.length)}`),
        ...absorbed.map((id) => fact('Merged into it', say`${{ id }}, which forwards to it`)),
      ],
      steps: steps.map((step) => this.#step(step, files)),
      faults: faults.map(
        ({ record: missing, revision }) =>
          say`What record ${{ id: missing }} said, which entered at position ${number(revision)}, is missing, and no erasure names it. Verify the ledger.`,
      ),
    };
  }

  #step(step: Step, files: ReadonlyMap<string, ExplainedSubmission>): StepView {
    const { from, to, caused, replay } = step;
    const file = caused.submission === undefined ? undefined : files.get(caused.submission);
    return {
      title: this.#causeName(caused, files),
      when: instantName(caused.time),
      sent:
        file === undefined
          ? []
          : say`Sent by ${titleOf(file.provider)} under the agreement ${file.agreement}`,
      facts: [
        ...this.#causeFacts(caused, files),
        fact('In the ledger', say`positions ${number(from)} to ${number(to)}`),
      ],
      replay: replays[replay],
      items: toldOf(step).map((told) => this.#item(told, files, caused)),
    };
  }

  #causeName({ kind, submission }: CauseOfStep, files: ReadonlyMap<string, ExplainedSubmission>): string {
    const file = submission === undefined ? undefined : files.get(submission);
    switch (kind) {
      case 'file':
        return file === undefined ? 'A file came' : `A file came: ${this.#fileName(file)}`;
      case 'command':
        return file === undefined
          ? 'Somebody asked for it'
          : `Somebody asked for it, about ${this.#fileName(file)}`;
      case 'erasure':
        return 'The list of erasures was carried out again';
      case 'definition':
        return 'Another definition of the programme came into force';
    }
  }

  #causeFacts(
    { by, organisation, reason, submission, command, kind }: CauseOfStep,
    files: ReadonlyMap<string, ExplainedSubmission>,
  ): Fact[] {
    const file = submission === undefined ? undefined : files.get(submission);
    return [
      ...(file === undefined
        ? []
        : [
            fact('Sent by', say`${titleOf(file.provider)}, under the agreement ${file.agreement}`),
            fact(
              'Attested by',
              say`${file.attestedBy}${file.onBehalfOf === undefined ? '' : ` on behalf of ${titleOf(file.onBehalfOf)}`}`,
            ),
          ]),
      ...(by === undefined || kind === 'file'
        ? []
        : [fact('Asked by', say`${by}${organisation === undefined ? '' : ` for ${titleOf(organisation)}`}`)]),
      ...(reason === undefined ? [] : [fact('Reason', say`${reasonName(reason)}`)]),
      ...(command === undefined ? [] : [fact('Command', say`${{ id: command }}`)]),
      ...(file === undefined ? [] : [fact('Submission', say`${{ id: file.submission }}`)]),
    ];
  }

  #fileName({ dataset, period }: ExplainedSubmission): string {
    return `${datasetName(dataset, this.#datasets)}, ${parsePeriod(period)?.label ?? period}`;
  }

  #item(told: ToldHappening, files: ReadonlyMap<string, ExplainedSubmission>, caused: CauseOfStep): ItemView {
    if (told.kind === 'several') return this.#several(told.records, files, caused);
    const { happening, considered } = told;
    const isPlaced = happening.what === 'joined' || happening.what === 'registered';
    const comparison = weightsOf(happening);
    return {
      comparison,
      sentence: [
        ...sentenceOf(happening),
        ...(isPlaced ? this.#carrier(happening.submission, files, caused) : []),
      ],
      tokens: considered?.tokens.map(tokenOf) ?? [],
      rivals: considered === undefined ? [] : rivalsOf(considered),
      levels: comparison === undefined && 'levels' in happening ? levelsOf(happening.levels) : [],
      records: [],
      position: number(happening.position),
    };
  }

  #several(
    records: readonly [PlacedRecord, ...PlacedRecord[]],
    files: ReadonlyMap<string, ExplainedSubmission>,
    caused: CauseOfStep,
  ): ItemView {
    const [{ happening: first }] = records;
    const last = records.at(-1)?.happening ?? first;
    return {
      sentence: [
        ...say`${number(records.length)} records join ${{ id: first.individual }} by ${ruleName(first.rule)} (strategy ${first.strategy}); nothing else was considered`,
        ...this.#carrier(first.submission, files, caused),
      ],
      ...{ tokens: [], rivals: [], levels: [], comparison: undefined },
      records: records.map(({ happening }) => happening.record),
      position:
        first.position === last.position
          ? number(first.position)
          : `${number(first.position)} to ${number(last.position)}`,
    };
  }

  /** The file of a record, where it is not the one that the step is about. */
  #carrier(
    submission: string,
    files: ReadonlyMap<string, ExplainedSubmission>,
    caused: CauseOfStep,
  ): Sentence {
    const file = files.get(submission);
    return file === undefined || submission === caused.submission
      ? []
      : say`, from ${this.#fileName(file)}, under the agreement ${file.agreement}`;
  }
}

/** What the score of a happening is made of, named by its place in the ledger. */
function weightsOf(one: Happening): ComparisonView | undefined {
  if (!('comparison' in one)) return undefined;
  const place = 'ordinal' in one ? `${one.position}-${one.ordinal}` : `${one.position}`;
  return comparisonView(shownOf(one.comparison), {
    ...{ id: `weights-${place}`, label: `the score at position ${place.replace('-', ', place ')}` },
  });
}

const number = (value: number): string => value.toLocaleString('en-GB');
const fact = (key: string, value: Sentence): Fact => ({ key, value });

const replays: Readonly<Record<Step['replay'], StepView['replay']>> = {
  equal: { text: 'Made again: the same', colour: 'govuk-tag--green' },
  diverged: { text: 'Made again: different', colour: 'govuk-tag--red' },
  'not-decidable': { text: 'Cannot be made again: somebody was erased', colour: 'govuk-tag--grey' },
};

function sentenceOf(one: Happening): Sentence {
  switch (one.what) {
    case 'registered':
      return say`Record ${{ id: one.record }} is the first of individual ${{ id: one.individual }} (strategy ${one.strategy})`;
    case 'joined':
      return say`Record ${{ id: one.record }} joins individual ${{ id: one.individual }} by ${ruleName(one.rule)}${through(one.through)} (strategy ${one.strategy}${one.score === undefined ? '' : `, match weight ${(one.score / 1000).toFixed(2)}`})`;
    case 'left':
      return say`Record ${{ id: one.record }} leaves: ${keptApartName(one.reason)}${one.into === undefined ? [] : say`. It belongs to individual ${{ id: one.into }} now`}`;
    case 'came-by-split':
      return say`Record ${{ id: one.record }} comes from individual ${{ id: one.out }}, which is split (strategy ${one.strategy})`;
    case 'merged':
      return say`Individual ${{ id: one.absorbed }} is merged into ${{ id: one.individual }} by ${ruleName(one.rule)}${through(one.through)} (strategy ${one.strategy})`;
    case 'referred':
      return say`A person has to decide: record ${{ id: one.subject }} against ${one.candidates.flatMap((id, index) => (index === 0 ? [{ id }] : [', ', { id }]))}, by ${ruleName(one.rule)}, because ${keptApartName(one.reason)}`;
    case 'referral-lapsed':
      return say`Nobody has to decide about ${{ id: one.referral }} any more: its evidence is gone or settled`;
    case 'carried':
      return say`${number(one.records.length)} ${one.records.length === 1 ? 'record stands' : 'records stand'} unchanged`;
    case 'reviewed':
      if (one.decision === 'ReviewGiven')
        return say`${one.by} answered whether two rows are one person: ${one.answer ?? 'unsure'}, ${reasonName(one.reason)}`;
      return say`${one.by} decided that two rows ${reviews[one.decision]}: ${reasonName(one.reason)}`;
    case 'relationship':
      return say`${one.kind === 'carer' ? 'Child and carer' : 'Children of one carer'}: related to individual ${{ id: one.other }} by ${identifierName(one.domain)}`;
    case 'family':
      return say`${one.joins ? 'Joins' : 'Leaves'} family ${{ id: one.family }}${one.scope === 'programme' ? '' : ` of ${titleOf(one.scope)}`}`;
    case 'carer-tokens-erased':
      return say`Record ${{ id: one.record }} loses ${number(one.tokens)} ${one.tokens === 1 ? 'identifier' : 'identifiers'} of a carer who is erased: ${reasonName(one.basis)}${one.by === undefined ? '' : `, asked by ${one.by}`}`;
    case 'erased':
      return say`Record ${{ id: one.record }} is erased: ${reasonName(one.basis)}${one.by === undefined ? '' : `, asked by ${one.by}`}`;
  }
}

const reviews = {
  LinkForbidden: 'are never one person',
  LinkReviewed: 'are one person',
  LinkAllowed: 'may be one person again',
} as const;

const through = (record: string | undefined): Sentence =>
  record === undefined ? [] : say` with record ${{ id: record }}`;

const levelsOf = (levels: Readonly<Record<string, string>> | undefined) =>
  Object.entries(levels ?? {}).map(([field, level]) => ({ field: titleOf(field), level: titleOf(level) }));

const tokenOf = ({ rule, hasForce, isUsable, holders }: ConsideredToken): Sentence =>
  say`${identifierName(rule)}: ${number(holders)} ${holders === 1 ? 'record has' : 'records have'} it${hasForce ? '' : '; too many people for it to link anybody'}${isUsable ? '' : '; not usable without a birth date'}`;

function rivalsOf({ rivals, more }: Considered): Sentence[] {
  return [
    ...rivals.map(rivalOf),
    ...(more === 0 ? [] : [say`And ${number(more)} more, which are not listed`]),
  ];
}

const comparisonOf = (score: number, levels: Readonly<Record<string, string>> | undefined): string =>
  [
    `match weight ${(score / 1000).toFixed(2)}`,
    ...levelsOf(levels).map(({ field, level }) => `${field}: ${level.toLowerCase()}`),
  ].join('; ');

const rivalOf = ({ rule, score, levels, record, individual, verdict }: Rival): Sentence =>
  say`${individual === undefined ? 'A record that belongs to nobody' : say`Individual ${{ id: individual }}`}, by ${score === undefined ? say`${identifierName(rule)} of record ${{ id: record }}` : say`comparison with record ${{ id: record }} (${comparisonOf(score, levels)})`}. It lost: ${verdictTexts[verdict]}`;
