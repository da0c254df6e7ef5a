import {
  comparePeriods,
  estimateModel,
  fewestCandidates,
  parsePeriod,
  periodOfCode,
  scoringSettings,
  type EstimatedStratum,
} from '@kinledger/domain';
import { modelHash, type FrequencyTable, type Model } from '@kinledger/kin';
import { Failure } from '../failure.js';
import { linkageRecordsOf, type LedgerRecords } from '../quality/read-live-records.js';

/** A model that was estimated from a ledger, with what a reviewer asks of it. */
export interface LedgerEstimate {
  readonly model: Model;
  readonly hash: string;
  /** The model by which the scores would be computed without this one: in force, or shipped for a ledger of that size. */
  readonly before: { readonly hash: string; readonly inForce: boolean };
  /** How common names are, if the model asks for it. */
  readonly frequencies: FrequencyTable | undefined;
  readonly strata: readonly EstimatedStratum[];
  readonly warnings: readonly string[];
}

export interface EstimateOptions {
  readonly name: string;
  /** Rows of files for later periods are left out. */
  readonly period?: string | undefined;
  /** Whether an agreement on a rare name counts for more than on a common one. */
  readonly withFrequencies: boolean;
}

/** An estimate of fewer pairs of one person rests on chance. */
const FEW_MATCHES = 100;

/**
 * Estimates a model from the live rows of people of a ledger.
 * Where the model in force names a table that cannot be used, the comparison does without it: estimating is the way out.
 * @throws Failure if the period is none, or no row of a person has derived tokens.
 */
export function estimateFromLedger(
  ledger: LedgerRecords,
  { name, period, withFrequencies }: EstimateOptions,
): LedgerEstimate {
  const until = period === undefined ? undefined : parsePeriod(period);
  if (period !== undefined && until === undefined)
    throw new Failure(`${period} is no period: give one such as 2023-24-Q4`);
  const records = linkageRecordsOf(
    ledger,
    (record) => until === undefined || comparePeriods(periodOfCode(record.period), until) <= 0,
  );
  const people = records.filter(({ kind }) => kind === 'person');
  if (!people.some(({ derived }) => (derived ?? []).length > 0))
    throw new Failure(
      people.length === 0
        ? 'the ledger has no live row of a person: submit files of people, then estimate'
        : 'no live row of a person has derived tokens, which a model compares: set "derivations" to "op-kin-1" in the definition, and submit files of people again',
    );
  const { strategy } = ledger.definition;
  const settings = scoringSettings(strategy, people.length);
  const { model, strata, before, lacksNamesBefore, frequencies } = estimateModel(records, settings, {
    ...{ name, withFrequencies },
    frequenciesBefore: ledger.nameFrequencies,
  });
  return {
    model,
    hash: modelHash(model),
    before: { hash: modelHash(before), inForce: strategy.name === 'kin-1' },
    ...{ frequencies, strata },
    warnings: [
      ...(lacksNamesBefore ? [withoutNames(before)] : []),
      ...strata.flatMap((stratum) => warningsOf(stratum, model)),
    ],
  };
}

const withoutNames = ({ frequencies = '' }: Model): string =>
  `the table of name frequencies ${frequencies}, which the model in force names, is missing or under another token key: the comparison counts every name as very rare by that model`;

function warningsOf(
  { stratum, candidates, isEstimated, expectedMatches, levels }: EstimatedStratum,
  { fields }: Model,
): string[] {
  const pairs = `pairs of two people of the role ${stratum}`;
  if (!isEstimated)
    return [
      `${candidates} ${pairs} share a candidate key, and an estimate needs ${fewestCandidates}: they keep the typical values that the engine ships`,
    ];
  const few =
    expectedMatches < FEW_MATCHES
      ? [
          `only about ${Math.round(expectedMatches)} ${pairs} are of one person: another quarter may give another model`,
        ]
      : [];
  const unseen = fields
    .filter((_, field) => (levels[field] ?? []).slice(1).every((count) => count === 0))
    .map(({ name }) => name);
  return unseen.length === 0
    ? few
    : [...few, `no ${pairs} have ${unseen.join(', ')}: there, typical values stand`];
}
