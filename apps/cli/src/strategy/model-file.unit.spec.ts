import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coldStartModel, modelHash } from '@kinledger/kin';
import { afterAll, describe, expect, it } from 'vitest';
import { describeModel } from './describe-model.js';
import { modelFileText, readModelFile } from './model-file.js';

const folder = mkdtempSync(join(tmpdir(), 'kinledger-model-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const model = coldStartModel(
  [
    { name: 'surname', kind: 'surname' },
    { name: 'birth-date', kind: 'birth-date' },
    { name: 'gender', kind: 'gender' },
  ],
  1_000,
);
const written = (text: string): string => {
  const file = join(folder, 'model.json');
  writeFileSync(file, text);
  return file;
};

describe('the file of a model', () => {
  it('is the model, with the hash that the ledger records', () => {
    const file = written(modelFileText(model));
    expect(readModelFile(file)).toEqual(model);
    expect(modelHash(readModelFile(file))).toBe(modelHash(model));
  });

  it('has a line for the levels of each field, so that a changed number is one changed line', () => {
    const [first, ...others] = model.strata;
    const [match, ...classes] = first!.classes;
    const moved = match!.levels.map((levels, field) => (field === 2 ? [1, 0.9, 0.1] : levels));
    const changed = {
      ...model,
      strata: [{ ...first!, classes: [{ ...match!, levels: moved }, ...classes] }, ...others],
    };
    const [one, other] = [model, changed].map((each) => modelFileText(each).split('\n'));
    expect(one!.filter((line, at) => line !== other![at])).toHaveLength(1);
  });

  it.each([
    ['{', 'is not JSON'],
    ['{}', 'is no model: format: '],
    [modelFileText({ ...model, rarityShares: [0.5] }), 'the model’s rarities are not those'],
  ])('is refused in one sentence: %s', (text, sentence) => {
    const file = written(text);
    expect(() => readModelFile(file)).toThrow(sentence);
  });
});

describe('a model for people', () => {
  it('says what each level weighs, beside another model', () => {
    const text = describeModel(model, model);
    expect(text).toContain(modelHash(model));
    const gender = text.split('\n').find((line) => /gender +different/.test(line));
    expect(gender?.trim().split(/ {2,}/)).toEqual([
      'gender',
      'different',
      '2.00 %',
      '50.0 %',
      '−4.6',
      '−4.6',
      '+0.0',
    ]);
  });
});
