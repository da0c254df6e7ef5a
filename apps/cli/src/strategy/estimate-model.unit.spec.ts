import { createHash } from 'node:crypto';
import { readModel } from '@kinledger/kin';
import { describe, expect, it } from 'vitest';
import type { LiveRecord } from '../quality/live-records.js';
import type { LedgerRecords } from '../quality/read-live-records.js';
import { describeEstimate } from './describe-estimate.js';
import { estimateFromLedger } from './estimate-model.js';
import { modelFileText } from './model-file.js';

const hex = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** Rows of adults, three of each, who agree on everything; each third one is of a file for a later quarter. */
const liveRows = (people: number, withDerived = true): LiveRecord[] =>
  Array.from({ length: people * 3 }, (_, at) => {
    const person = Math.floor(at / 3);
    const derived = (derivation: string, value: string) => ({
      ...{ derivation, domain: derivation },
      tokens: [hex(`${derivation} ${value}`)],
    });
    const born = `b${person % 40}`;
    const postcode = `p${person % 50}`;
    return {
      ...{ record: hex(`record ${at}`), rowKey: hex(`row ${at}`), role: 'adult', individual: undefined },
      dataset: 'baby-steps.user',
      period: at % 3 === 2 ? '2023-24-Q4' : '2023-24-Q1',
      body: {
        tokens: [{ domain: 'birth-date', use: 'guard', token: hex(born) }],
        derived: withDerived
          ? [
              derived('given-name', `n${person % 30}`),
              derived('postcode', postcode),
              derived('key:birth-date-postcode', `${born} ${postcode}`),
            ]
          : [],
      },
    } as unknown as LiveRecord;
  });

const limits = {
  ...{ maxBirthDatesPerToken: 3, maxCasesPerToken: 10 },
  ...{ maxHoldersPerToken: 500, maxChildrenPerCarerToken: 12 },
};
const ledgerOf = (rows: readonly LiveRecord[]): LedgerRecords =>
  ({
    records: { live: () => rows },
    definition: { strategy: { name: 'leap-1', ...limits } },
    dataset: () => ({ dataType: 'user' }),
  }) as unknown as LedgerRecords;

const found = estimateFromLedger(ledgerOf(liveRows(200)), { name: 'of a test', withFrequencies: false });

describe('a model from the rows of a ledger', () => {
  it('is estimated where there is enough to see, and says where there is not', () => {
    expect(found.strata).toMatchObject([
      { stratum: 'child', records: 0, isEstimated: false },
      { stratum: 'adult', records: 600, isEstimated: true },
    ]);
    expect(found.warnings[0]).toBe(
      '0 pairs of two people of the role child share a candidate key, and an estimate needs 500: they keep the typical values that the engine ships',
    );
    expect(found.warnings[1]).toContain(
      'no pairs of two people of the role adult have given-name-part, surname',
    );
    expect(readModel(JSON.parse(modelFileText(found.model)))).toEqual(found.model);
  });

  it('is estimated although the table of the model in force is missing, and says so', () => {
    const ledger = ledgerOf(liveRows(200));
    const document = { ...found.model, frequencies: 'ab'.repeat(32) };
    const strategy = {
      ...{ ...limits, name: 'kin-1', model: { document }, maxHoldersPerKey: 100 },
      ...{ reviewFrom: 4_000, linkFrom: 7_000, margin: 3_000 },
    };
    const inForce = { ...ledger, definition: { strategy } } as unknown as LedgerRecords;
    const { model, warnings } = estimateFromLedger(inForce, { name: 'of a test', withFrequencies: false });
    expect(model).toEqual(found.model);
    expect(warnings[0]).toBe(
      `the table of name frequencies ${'ab'.repeat(32)}, which the model in force names, is missing or under another token key: the comparison counts every name as very rare by that model`,
    );
  });

  it('leaves out rows of files for later periods', () => {
    const { strata } = estimateFromLedger(ledgerOf(liveRows(200)), {
      name: 'early',
      period: '2023-24-Q3',
      withFrequencies: false,
    });
    expect(strata[1]).toMatchObject({ records: 400 });
  });

  it('is described with its hash, what changes, and how it is adopted', () => {
    const text = describeEstimate(found, 'model.json');
    for (const said of [found.hash, 'Rows of the role adult: 600', 'Note: 0 pairs', 'It is in model.json.'])
      expect(text).toContain(said);
  });

  it.each([
    ['there are no rows of people', [], {}, 'the ledger has no live row of a person'],
    ['rows have no derived tokens', liveRows(2, false), {}, 'set "derivations" to "op-kin-1"'],
    ['the period is none', liveRows(2), { period: '2023' }, '2023 is no period: give one such as 2023-24-Q4'],
  ])('is refused if %s', (_, rows, options, sentence) => {
    expect(() =>
      estimateFromLedger(ledgerOf(rows), { name: 'none', withFrequencies: false, ...options }),
    ).toThrow(sentence);
  });
});
