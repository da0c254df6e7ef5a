import { FrequenciesMissing, modelHash, readModel, type Model, type NameFrequencies } from '@kinledger/kin';
import { attachFact, foundIndividuals } from '../attach-fact.js';
import type { Profile } from '../evidence.js';
import type { Ground } from '../ground.js';
import { leap1, type Leap1Settings } from '../leap-1/leap-1.js';
import { groupRecords } from '../leap-1/group-records.js';
import type { Strategy } from '../strategy.js';
import { CASE_CHANNEL, channels } from './channels.js';
import { coldStartOf } from './cold-start.js';
import { linkByScore, standingByScore } from './link-by-score.js';
import { PairScores, SCORED } from './pair-scores.js';
import { tokensOf } from './tokens-of-row.js';

/** The limits of `kin-1`, as a programme definition states them: those of `leap-1`, a model and the bands. */
export interface Kin1Settings extends Omit<Leap1Settings, 'name'> {
  readonly name: 'kin-1';
  /** The document of a model, or about how many records of people the programme has: the model that the engine ships. */
  readonly model: { readonly coldStart: number } | { readonly document: unknown };
  /** More live rows of people under one candidate key than this are not compared under it. */
  readonly maxHoldersPerKey: number;
  /** Scores in millibits: see {@link Bands}. The margin reaches no lower than the band of review. */
  readonly reviewFrom: number;
  readonly linkFrom: number;
  readonly margin: number;
}

export const modelIn = ({ model }: Kin1Settings): Model =>
  'coldStart' in model ? coldStartOf(model.coldStart) : readModel(model.document);

/**
 * Exact identifiers as under `leap-1`, and partial evidence beside them: what two rows derive of names, birth date, place and contacts is
 * compared, scored by a model, and links where nothing else comes near.
 * @param frequencies how common names are: the table that the model names. A strategy without it says what its parameters are, and reads no row.
 * @throws Error if the margin reaches below the band of review, or the model is not one of these fields; FrequenciesMissing if
 * the table is not the one that the model names.
 */
export function kin1(settings: Kin1Settings, frequencies?: NameFrequencies): Strategy {
  const { name, model: _, reviewFrom, linkFrom, margin, maxHoldersPerKey, ...limits } = settings;
  if (reviewFrom <= 0 || linkFrom - margin < reviewFrom)
    throw new RangeError('the band of review must begin above 0, and no higher than the margin reaches');
  const exact = leap1({ ...limits, name: 'leap-1' });
  const model = modelIn(settings);
  const scores = new PairScores(model);
  const named = frequenciesNamed(model, frequencies);
  const bands = { review: reviewFrom, link: linkFrom, margin };
  return {
    name,
    parameters: {
      ...exact.parameters,
      model: modelHash(model),
      ...{ maxHoldersPerKey, reviewFrom, linkFrom, margin },
    },
    channels,
    ownLimits: exact.ownLimits,
    carerLimits: exact.carerLimits,
    tokensOf: (row) => tokensOf(row, named()),
    group: (records, constraints) =>
      linkByScore(records, constraints, groupRecords(records, constraints), scores, bands),
    profileForFacts: asAccepted,
    attach: (fact, owners) =>
      attachFact(fact, { ...owners, profile: (owner) => asAccepted(owners.profile(owner)) }, channels),
    foundIndividuals: (facts, channel) =>
      foundIndividuals(
        facts,
        channels.groundOf(channel),
        channel === CASE_CHANNEL ? channels.nhsNumber : channel, // exact linkage knows no case numbers
        groupRecords,
      ),
    compareGrounds,
    pairs: {
      floor: reviewFrom,
      maxHoldersPerKey,
      scoreOf: (one, other) => scores.scoreOf(one, other),
      groundOf: (one, other) => scores.groundOf(one, other),
      account: {
        bands,
        weigh: (one, other) => scores.weigh(one, other),
        weighLevels: (levels, score) => scores.weighLevels(levels, score),
        conditionsOf: (one, other) => scores.conditionsOf(one, other),
        standingOf: (records, constraints, one, other) =>
          standingByScore(records, constraints, groupRecords(records, constraints), scores, bands, [
            one,
            other,
          ]),
      },
    },
  };
}

/** The table that a model names, for whoever reads rows. @throws FrequenciesMissing if it is another one. */
function frequenciesNamed(
  model: Model,
  frequencies: NameFrequencies | undefined,
): () => NameFrequencies | undefined {
  const { name, frequencies: id } = model;
  if (id === undefined) return () => undefined;
  if (frequencies !== undefined && frequencies.id !== id)
    throw new FrequenciesMissing(
      `model "${name}" scores with the table of name frequencies ${id}, and this is table ${frequencies.id}`,
    );
  return () => {
    if (frequencies === undefined) throw frequenciesMissing(model);
    return frequencies;
  };
}

export const frequenciesMissing = ({ name, frequencies = '' }: Model): FrequenciesMissing =>
  new FrequenciesMissing(
    `model "${name}" scores with the table of name frequencies ${frequencies}, which was erased or not restored: restore it from a backup, or adopt a model that was estimated anew or without`,
  );

/** An individual with two birth dates was linked in spite of them, so that a fact may bear either. */
const asAccepted = (profile: Profile): Profile => ({
  ...profile,
  reviewed: profile.reviewed || profile.birthDates.length > 1,
});

/** A review comes first, then identifiers in the order of their channels, then scores, higher ones first. */
const compareGrounds = (one: Ground, other: Ground): number =>
  rankOf(one) - rankOf(other) || (other.score ?? 0) - (one.score ?? 0);

const rankOf = ({ rule }: Ground): number =>
  rule === SCORED ? channels.connecting : channels.numberOf(rule);
