import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newestFigures } from './closing/figures-in-force.js';
import { columnNames, type CountColumn } from './count-columns.js';
import { nameOf, type Publication } from './publication.js';
import { figureRelations } from './disclosure/figure-relations.js';
import { figures, publications } from './registry.js';

const digestOf = ({ parameters, returns, sql }: Publication): string =>
  createHash('sha256').update(JSON.stringify({ parameters, returns, sql })).digest('hex').slice(0, 16);

/**
 * A published version computes the same answers for ever. To change what a figure answers, add the next version. If a
 * query is only made faster, its digest changes here, and the review confirms that its answers do not.
 */
const published: Readonly<Record<string, string>> = {
  'reach@1': 'a4b492d0d3080a4c',
  'reach@2': 'f97b99b075e93be7',
  'reach-by-deprivation@1': 'dc9228c7d200d52f',
  'reach-by-deprivation@2': 'ea85940f78cd135a',
  'dosage@1': '7a3aec7a63c488d0',
  'population-reached@1': '47dbaab103f36ce5',
  'population-reached@2': '524f329ddb9b0c46',
  'reach-by-area@1': '26b74f3dceb8b3fa',
  'reach-by-area@2': '84c5a5d6fe103493',
  'reach-by-characteristic@1': '6f9079bfedb12f99',
  'reach-by-priority@1': 'efc1e2ae6939f316',
  'reach-by-priority@2': '01e239bc8de9a846',
  'reach-by-services-used@1': '4faeb07724ed523d',
  'reach-by-services-used@2': '4ce9df3accf50471',
  'reach-new-and-returning@1': '0cb3d00f814b18ad',
  'reach-new-and-returning@2': '171713f0c02b10fc',
  'reach-uncertainty@1': 'c7c6f1a75f3b26c9',
  'reach-through-carers@1': '917b5a8b58369432',
  'service-pairs@1': '922f01985f917bd1',
  'service-pairs@2': 'fa299db04238fd40',
  'service-steps@1': '99b6e9dc5ee17d56',
  'service-steps@2': 'dd26617b0d51309c',
  'participation@1': '97d13c39e1782443',
  'activity@1': 'ded1b82a797b0ff6',
  'activity-by-kind@1': '5b88f87e446accb9',
  'feedback@1': '93567d9ac8edd2fe',
  'workforce@1': '55d8a1ff9f9ff916',
  'inputs@1': '242a142917d3f69d',
  'targets@1': 'd7956ddc6297d4ce',
  'targets@2': '9e46c5812d46556e',
  'outcomes@1': '01547cd31ec79062',
  'minimum-reached@1': '3e3b9292a76cb3c7',
  'service-orders@1': '9d12a8f4ca30f0f1',
  'impact-cohort@1': '24508a5bd7d5bb09',
  'impact-linkage@1': '44396d3b5c728a5a',
  'collective-impact@1': '3cc3f8ab0e1097ee',
};

describe('the registry of figures', () => {
  it('lists each version of each publication once', () => {
    const names = publications.map((publication) => nameOf(publication));
    expect(new Set(names).size).toBe(names.length);
  });

  it('has every version of a figure unchanged since it was published', () => {
    expect(Object.fromEntries(figures.map((figure) => [nameOf(figure), digestOf(figure)]))).toEqual(
      published,
    );
  });

  it('closes a quarter with the newest version of the figures of a quarter, and no other', () => {
    expect(newestFigures().map((figure) => nameOf(figure))).toEqual(['reach@2', 'reach-by-deprivation@2']);
    const [first] = figures;
    const next = { ...first!, version: 3 };
    const beyond = { ...first!, id: 'lifetime', closesWithQuarter: false };
    expect(newestFigures([...figures, beyond, next]).map((figure) => nameOf(figure))).toEqual([
      'reach-by-deprivation@2',
      'reach@3',
    ]);
  });

  it('says of every figure that closes with a quarter how its protected counts hang together', () => {
    for (const figure of figures.filter(({ closesWithQuarter }) => closesWithQuarter)) {
      const relations = figureRelations[nameOf(figure)];
      const columns = columnNames(figure.columns).filter(
        (name) => figure.columns[name]?.disclosure === 'protected',
      );
      expect(Object.keys(relations?.acrossScopes ?? {}), nameOf(figure)).toEqual(
        expect.arrayContaining(columns),
      );
    }
  });

  it('names no column of a figure twice', () => {
    for (const figure of figures) {
      const names = figure.returns.map(({ name }) => name);
      expect(new Set(names).size, nameOf(figure)).toBe(names.length);
    }
  });

  it('states the meaning of every column, and protects every count of people, families and their rows', () => {
    for (const { columns } of figures) {
      for (const name of columnNames(columns)) {
        expect(columns[name]?.meaning, name).toMatch(/\.$/);
        const { disclosure, meanOf, sumOf, unit }: CountColumn = columns[name]!;
        // What is open tells of nobody.
        if (disclosure === 'open') expect(['amount', 'entries'], name).toContain(unit);
        for (const of of [...(meanOf ?? []), ...(sumOf ?? [])])
          expect(columns[of]?.disclosure, `${name} of ${of}`).toBe('protected');
      }
    }
  });
});
