import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assessLinkage } from './assess-linkage.js';
import type { JudgedRecord } from './judged-records.js';

const record = fc.record({
  person: fc.constantFrom('Ada', 'Ben', 'Cleo', 'Dan'),
  individual: fc.constantFrom('i1', 'i2', 'i3', undefined),
});
const records = fc.array(record, { minLength: 1, maxLength: 30 });
const runs = { numRuns: 40 };

/** The definitions, computed pair by pair and record by record. */
function byDefinition(judged: readonly JudgedRecord[]) {
  const counts = { truePositives: 0, falsePositives: 0, falseNegatives: 0 };
  const together = (one: JudgedRecord, other: JudgedRecord) =>
    one === other || (one.individual !== undefined && one.individual === other.individual);
  judged.forEach((left, index) => {
    for (const right of judged.slice(index + 1)) {
      const truly = left.person === right.person;
      if (together(left, right) && truly) counts.truePositives += 1;
      if (together(left, right) && !truly) counts.falsePositives += 1;
      if (!together(left, right) && truly) counts.falseNegatives += 1;
    }
  });
  const meanOf = (share: (one: JudgedRecord) => number) =>
    judged.reduce((sum, one) => sum + share(one), 0) / judged.length;
  const both = (one: JudgedRecord) =>
    judged.filter((other) => together(one, other) && one.person === other.person).length;
  return {
    counts,
    bCubedPrecision: meanOf((one) => both(one) / judged.filter((other) => together(one, other)).length),
    bCubedRecall: meanOf((one) => both(one) / judged.filter(({ person }) => one.person === person).length),
  };
}

/** Vilain’s rates, by the parts into which individuals divide people. */
function linksByDefinition(judged: readonly JudgedRecord[]) {
  const linked = judged.filter(({ individual }) => individual !== undefined);
  const count = (of: (one: JudgedRecord) => string) => new Set(linked.map(of)).size;
  const people = count(({ person }) => person);
  const individuals = count(({ individual = '' }) => individual);
  const parts = count(({ person, individual = '' }) => `${person} ${individual}`);
  const n = linked.length;
  return {
    n,
    people,
    individuals,
    falseLinks: (parts - individuals) / (n - individuals),
    missedLinks: (parts - people) / (n - people),
  };
}

/** Twelve people of two records each, in individuals of their own. */
const twelve = Array.from({ length: 24 }, (_, index) => ({
  person: `p${index % 12}`,
  individual: `i${index % 12}`,
  area: index % 12 < 11 ? 'large' : 'small',
}));

describe('assessLinkage', () => {
  it('counts pairs in an example worked out by hand', () => {
    const { quality } = assessLinkage([
      { person: 'Ada', individual: 'i1' },
      { person: 'Ada', individual: 'i1' },
      { person: 'Ada', individual: 'i2' },
      { person: 'Ben', individual: 'i2' },
      { person: 'Ben', individual: undefined },
    ]);
    // Linked: Ada-Ada (right), Ada-Ben (wrong). True: three pairs of Ada, one of Ben.
    expect(quality).toMatchObject({
      ...{ records: 5, setAside: 1, people: 2, individuals: 2 },
      ...{ truePositives: 1, falsePositives: 1, falseNegatives: 3 },
      measures: { precision: { value: 0.5 }, recall: { value: 0.25 }, f1: { value: 1 / 3 } },
    });
    // Three individuals, with the record that was set aside, for two people.
    expect(quality.measures.excessIndividuals.value).toBeCloseTo(0.5);
    // Two links hold two individuals together, one of them wrongly; two would hold the linked records of two people.
    expect(quality.measures.falseLinks.value).toBeCloseTo(0.5);
    expect(quality.measures.missedLinks.value).toBeCloseTo(0.5);
  });

  it('agrees with the definitions for any records', () => {
    fc.assert(
      fc.property(records, (judged) => {
        const { counts, bCubedPrecision, bCubedRecall } = byDefinition(judged);
        const { quality } = assessLinkage(judged);
        expect(quality).toMatchObject(counts);
        expect(quality.measures.bCubedPrecision.value).toBeCloseTo(bCubedPrecision);
        expect(quality.measures.bCubedRecall.value).toBeCloseTo(bCubedRecall);
        const { falseLinks, missedLinks } = linksByDefinition(judged);
        for (const [name, rate] of Object.entries({ falseLinks, missedLinks })) {
          const { value } = quality.measures[name as 'falseLinks' | 'missedLinks'];
          if (Number.isNaN(rate)) expect(value).toBeNull();
          else expect(value).toBeCloseTo(rate);
        }
      }),
      runs,
    );
  });

  it('relates people, individuals and the rates of links exactly', () => {
    fc.assert(
      fc.property(records, (judged) => {
        const { n, people, individuals, falseLinks, missedLinks } = linksByDefinition(judged);
        fc.pre(individuals < n && missedLinks < 1);
        expect(n - ((n - individuals) * (1 - falseLinks)) / (1 - missedLinks)).toBeCloseTo(people);
      }),
      runs,
    );
  });

  it('gives intervals that hold the value, and the same ones for the same seed', () => {
    fc.assert(
      fc.property(records, (judged) => {
        const one = assessLinkage(judged, 'seed').quality;
        expect(assessLinkage(judged, 'seed').quality).toEqual(one);
        for (const { value, interval } of Object.values(one.measures)) {
          if (value === null || interval === null) continue;
          expect(interval.low).toBeLessThanOrEqual(interval.high);
          expect(interval.low).toBeLessThanOrEqual(value + 1e-9);
          expect(interval.high).toBeGreaterThanOrEqual(value - 1e-9);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('does not claim certainty where no link was wrong', () => {
    const { precision } = assessLinkage(twelve).quality.measures;
    expect(precision.value).toBe(1);
    // Wilson’s interval of 12 successes in 12 trials.
    expect(precision.interval?.low).toBeCloseTo(0.7575, 3);
    expect(precision.interval?.high).toBe(1);
  });

  it('has no certain number of individuals where a split and a merge cancel each other', () => {
    const judged = Array.from({ length: 200 }, (_, index) => {
      const person = index % 100;
      // The first person is split in two; the second and the third are one individual.
      const individual = person === 0 ? `split ${index}` : person === 2 ? 'i1' : `i${person}`;
      return { person: `p${person}`, individual };
    });
    const { value, interval } = assessLinkage(judged).quality.measures.excessIndividuals;
    expect(value).toBeCloseTo(0);
    expect(interval?.low).toBeLessThan(0);
    expect(interval?.high).toBeGreaterThan(0);
  });

  it('has no figure where there is nothing to measure', () => {
    const { measures } = assessLinkage([{ person: 'Ada', individual: 'i1' }]).quality;
    expect(measures.precision).toEqual({ value: null, interval: null });
    expect(measures.recall).toEqual({ value: null, interval: null });
  });

  it('gives figures of subgroups, and none of fewer than ten people', () => {
    const by = assessLinkage(twelve).by(({ area }) => area);
    expect(by.map(({ subgroup, people }) => [subgroup, people])).toEqual([
      ['large', 11],
      ['small', null],
    ]);
    expect(by[0]?.measures?.precision.value).toBe(1);
    expect(by[1]).toEqual({ subgroup: 'small', people: null, records: null, pairs: null, measures: null });
  });

  it('divides pairs among subgroups so that they add up', () => {
    const judged = Array.from({ length: 60 }, (_, index) => ({
      person: `p${index % 20}`,
      individual: `i${index % 15}`,
      half: index % 2 === 0 ? 'even' : undefined,
    }));
    const assessed = assessLinkage(judged);
    const by = assessed.by(({ half }) => half);
    expect(by.map(({ subgroup }) => subgroup)).toEqual(['even', 'not stated']);
    expect(by.reduce((sum, { records: each }) => sum + (each ?? 0), 0)).toBe(assessed.quality.records);
    const { truePositives, falsePositives, falseNegatives } = assessed.quality;
    const sum = (of: (one: (typeof by)[number]) => number | undefined) =>
      by.reduce((all, one) => all + (of(one) ?? 0), 0);
    expect(sum(({ pairs }) => pairs?.right)).toBe(truePositives);
    expect(sum(({ pairs }) => pairs?.linked)).toBe(truePositives + falsePositives);
    expect(sum(({ pairs }) => pairs?.due)).toBe(truePositives + falseNegatives);
  });
});
