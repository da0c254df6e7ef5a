import { createHash } from 'node:crypto';
import { mapHeader, RowValidator } from '@kinledger/intake-files';
import { readProgramme } from '@kinledger/programme';
import { describe, expect, it } from 'vitest';

const programme = await readProgramme('programmes/leap');

/** The declared rules that rows of a dataset break, row by row. */
function broken(id: string, rows: readonly Readonly<Record<string, string>>[]): readonly string[][] {
  const dataset = programme.dataset(id)!;
  const names = dataset.schema.fields.map(({ name }) => name);
  const validator = new RowValidator(dataset, mapHeader(dataset.schema, names), {
    headerLength: names.length,
    dates: {
      today: '2024-01-31',
      period: { start: '2022-09-01', end: '2024-01-01' },
      holdsEarlierRows: true,
      plausibility: programme.definition.plausibility,
    },
    limits: { maxFieldLength: 1_000 },
    synthetic: true,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
  });
  return rows.map((row, index) =>
    validator
      .validate(names.map((name) => row[name] ?? ''), index + 2)
      .findings.flatMap(({ rule }) => (rule.kind === 'declared' ? [rule.code] : [])),
  ); // prettier-ignore
}

const goals = [
  ...['com_e01', 'com_e02', 'pse_e03', 'pse_e04', 'pse_e05', 'phy_e06', 'phy_e07', 'lit_e08', 'lit_e09', 'lit_e10'],
  ...['mat_e11', 'mat_e12'],
]; // prettier-ignore
const goalsAt = (level: string) => Object.fromEntries(goals.map((goal) => [goal, level]));

describe('the rules of the example programme’s datasets', () => {
  it('hold the good level of development against its twelve goals', () => {
    expect(
      broken('early-years-profile.outcome', [
        { ...goalsAt('2'), score: '1' },
        { ...goalsAt('2'), mat_e12: '1', score: '0' },
        { ...goalsAt('2'), mat_e12: '1', score: '1' },
        { ...goalsAt('2'), score: '0' },
        { ...goalsAt('1'), mat_e12: 'A', score: '0' },
      ]),
    ).toEqual([
      [],
      [],
      ['good-level-without-its-goals'],
      ['goals-without-their-good-level'],
      ['some-goals-not-assessed'],
    ]);
  });

  it('find an assessment that was exported twice', () => {
    const whole = { case_number: 'a'.repeat(64), gender: 'F', lsoa: 'E01990001', assessment_date: '2023-11-06' };
    const of = (measure: string) => ({ ...whole, measure, occasion: '24-months', score: '40' });
    expect(broken('health-visiting.outcome', [of('fine-motor'), of('gross-motor'), of('fine-motor')])).toEqual([
      [],
      [],
      ['assessment-repeated'],
    ]);
  }); // prettier-ignore

  it('find sessions that were cancelled or not attended, and took place all the same', () => {
    expect(
      broken('natural-thinkers.engagement', [
        { attended: 'Yes', minutes: '60' },
        { attended: 'No', cancelled_by: 'service' },
        { attended: 'Yes', minutes: '60', cancelled_by: 'service' },
        { attended: 'No', minutes: '60' },
      ]),
    ).toEqual([[], [], ['attended-and-cancelled'], ['minutes-of-a-session-not-attended']]);
  });
});
