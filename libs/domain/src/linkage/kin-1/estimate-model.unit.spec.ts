import type { DatasetId, RowKey, Token } from '@kinledger/contracts';
import { modelHash, modelText, readModel } from '@kinledger/kin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../ledger/index.js';
import { noConstraints, partition, type LinkageRecord } from '../partition.js';
import { scoringSettings, strategyOf } from '../strategies.js';
import { testSettings } from '../testing/linkage-world.js';
import { estimateModel } from './estimate-model.js';

const limits = { ...testSettings, maxBirthDatesPerToken: 3, maxCasesPerToken: 10, maxHoldersPerToken: 500 };
const settings = scoringSettings(limits, 500);

const options = { name: 'test', withFrequencies: false };

/** A number below `size` that follows from a text. */
const pick = (text: string, size: number): number => Number.parseInt(sha256Hex(text).slice(0, 8), 16) % size;

/**
 * Rows of people under one key of tokens: three of each child, and two of each adult. One row in eight has another postcode, and one in ten another
 * name.
 */
function rowsUnder(key: string, children: number, adults: number): LinkageRecord[] {
  const token = (domain: string, value: string) =>
    sha256Hex(`${key} ${domain} ${value}`).slice(0, 32) as Token;
  const derived = (derivation: string, value: string) => ({
    ...{ derivation, version: 1, domain: derivation },
    tokens: [token(derivation, value)],
  });
  const rowOf = (role: 'child' | 'adult', person: number, copy: number): LinkageRecord => {
    const of = `${role} ${person}`;
    const row = `${of} ${copy}`;
    const born = `${2018 + pick(`year ${of}`, 3)}-${1 + pick(`month ${of}`, 12)}-${1 + pick(`day ${of}`, 28)}`;
    const name = `name ${pick(`${pick(row, 10) === 0 ? row : of} name`, 60)}`;
    const postcode = `postcode ${pick(`${pick(`moved ${row}`, 8) === 0 ? row : of} at`, 90)}`;
    return {
      ...{ rowKey: sha256Hex(row).slice(0, 32) as RowKey, role, kind: 'person' },
      dataset: `service${copy}.user` as DatasetId,
      tokens: [
        { domain: 'birth-date', use: 'guard', token: token('birth-date', born) },
        { domain: 'gender', use: 'guard', token: token('gender', String(pick(`gender ${of}`, 2))) },
      ],
      derived: [
        derived('given-name-first-three', name),
        derived('birth-date-year-month', born.slice(0, 7)),
        derived('postcode', postcode),
        derived('key:birth-date-postcode', `${born} ${postcode}`),
        derived('key:birth-date-first-three', `${born} ${name}`),
        derived('key:postcode-first-three', `${postcode} ${name}`),
      ],
    };
  };
  return [
    ...Array.from({ length: children * 3 }, (_, at) => rowOf('child', Math.floor(at / 3), at % 3)),
    ...Array.from({ length: adults * 2 }, (_, at) => rowOf('adult', Math.floor(at / 2), at % 2)),
  ];
}

const records = rowsUnder('first key', 200, 100);
const estimated = estimateModel(records, settings, options);

describe('estimating a model of kin-1', () => {
  it('gives the same bytes for records in any order', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(records, { minLength: records.length }),
        (turned) => modelText(estimateModel(turned, settings, options).model) === modelText(estimated.model),
      ),
      { numRuns: 4 },
    );
  });

  it('gives the same bytes under another key of tokens', () => {
    const rotated = estimateModel(rowsUnder('second key', 200, 100), settings, options);
    expect(modelHash(rotated.model)).toBe(modelHash(estimated.model));
  });

  it('gives another model for other records', () => {
    const fewer = estimateModel(rowsUnder('first key', 190, 100), settings, options);
    expect(modelHash(fewer.model)).not.toBe(modelHash(estimated.model));
  });

  it('finds about as many pairs of one person as there are, and keeps what it ships where too little is to be seen', () => {
    const [child, adult] = estimated.strata;
    expect(child).toMatchObject({ stratum: 'child', isEstimated: true, records: 600 });
    expect(child?.expectedMatches).toBeGreaterThan(480);
    expect(child?.expectedMatches).toBeLessThan(610);
    expect(adult).toMatchObject({ stratum: 'adult', isEstimated: false, records: 200 });
    const shipped = scoringSettings(limits, 200); // as many rows of adults
    const { before } = estimateModel(records, shipped, options);
    const ofAdults = ({ strata }: typeof before) =>
      strata.find(({ stratum }) => stratum === 'adult')?.classes;
    expect(ofAdults(estimated.model)).toEqual(ofAdults(before));
  });

  it('says in the model only about how many rows and pairs there are', () => {
    const sizes = ({ strata }: typeof estimated.model) =>
      strata.map(({ candidates, pairs, classes }) => [
        candidates,
        pairs,
        ...classes.map(({ share }) => share).slice(1),
      ]);
    for (const { candidates, pairs } of estimated.model.strata)
      for (const number of [candidates, pairs]) expect(Number(number.toPrecision(2))).toBe(number);
    const child = estimated.strata[0];
    expect(estimated.model.strata[0]?.pairs).toBe(180_000);
    expect(child?.pairs).toBe((600 * 599) / 2);
    // One person more or less cannot be told from the stratum that keeps the shipped values.
    const [, adult] = sizes(estimated.model);
    const [, another] = sizes(estimateModel(rowsUnder('first key', 200, 101), settings, options).model);
    expect(another).toEqual(adult);
    expect(adult?.[0]).toBe(0);
  });

  it('compares with the model in force as if every name were very rare, where its table is missing', () => {
    const named = { ...estimated.model, frequencies: 'ab'.repeat(32) };
    const inForce = { ...settings, model: { document: named } };
    const found = estimateModel(records, inForce, options);
    expect(found.lacksNamesBefore).toBe(true);
    const without = estimateModel(records, { ...settings, model: { document: estimated.model } }, options);
    expect(without.lacksNamesBefore).toBe(false);
    expect(found.strata).toEqual(without.strata);
    expect(found.model).toEqual(without.model);
  });

  it('accounts for each candidate in what it says of moved scores and of levels', () => {
    for (const { candidates, moves, levels } of estimated.strata) {
      const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
      expect(sum(Object.values(moves).flatMap((to) => Object.values(to)))).toBe(candidates);
      expect(levels.map(sum)).toEqual(levels.map(() => candidates));
    }
  });

  it('is a model that a strategy scores by', () => {
    const document: unknown = JSON.parse(modelText(estimated.model));
    expect(modelHash(readModel(document))).toBe(modelHash(estimated.model));
    const strategy = strategyOf({ ...settings, model: { document } });
    expect(strategy.parameters['model']).toBe(modelHash(estimated.model));
    const { groups } = partition(records, noConstraints, strategy);
    expect(groups.length).toBeLessThan((records.length * 3) / 5);
  });
});
