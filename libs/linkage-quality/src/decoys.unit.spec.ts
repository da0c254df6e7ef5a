import type { DatasetId, RowKey, Token } from '@kinledger/contracts';
import { leap1, noConstraints, type LinkageRecord } from '@kinledger/domain';
import { describe, expect, it } from 'vitest';
import { linkDecoys, makeDecoys } from './decoys.js';
import { assessWithout } from './held-out.js';

const strategy = leap1({
  ...{ name: 'leap-1', maxBirthDatesPerToken: 2, maxHoldersPerToken: 50 },
  ...{ maxCasesPerToken: 10, maxChildrenPerCarerToken: 4 },
});
const token = (domain: string, value: string | number, use: 'identity' | 'guard' = 'identity') => ({
  ...{ domain, use },
  token: `${domain}-${value}` as Token,
});
const rowKey = (prefix: string, number: number) => prefix + String(number).padStart(31, '0');
/** An adult with an email, an NHS number and a birth date, and one derivation each of the email and of several fields. */
const adult = (row: string, person: string | number, email: string | number = person): LinkageRecord => ({
  ...{ rowKey: row as RowKey, role: 'adult', kind: 'person', dataset: 'baby-steps.user' as DatasetId },
  tokens: [token('email', email), token('nhs-number', person), token('birth-date', person, 'guard')],
  derived: ['email-local', 'birth-date-email-head'].map((derivation) => ({
    ...{ derivation, version: 1, domain: derivation, tokens: [`${derivation}-${email}` as Token] },
  })),
});
const records = Array.from({ length: 50 }, (_, person) => adult(rowKey('0', person), person));
const fieldOf = (derivation: string) => (derivation === 'email-local' ? 'email' : undefined);
const options = { count: 100, seed: 'a', fieldOf };
const everyValue = new Set(records.flatMap(({ tokens }) => tokens.map((each) => each.token)));

describe('decoys', () => {
  const decoys = makeDecoys(records, options);

  it('take each field from another record, and what belongs to one person from nobody', () => {
    for (const { tokens } of decoys) {
      const of = (domain: string) => tokens.find((each) => each.domain === domain)!.token;
      const person = (value: string) => value.split('-').at(-1);
      expect(everyValue).toContain(of('email'));
      expect(everyValue).toContain(of('birth-date'));
      expect(person(of('email'))).not.toBe(person(of('birth-date')));
      expect(everyValue).not.toContain(of('nhs-number'));
    }
  });

  it('take what is derived of a field with the field, and have new values of what is made of several', () => {
    for (const { tokens, derived = [] } of decoys) {
      const of = (name: string) => derived.find(({ derivation }) => derivation === name)?.tokens[0];
      const email = tokens.find(({ domain }) => domain === 'email')?.token;
      expect(of('email-local')).toBe(email?.replace('email-', 'email-local-'));
      expect(of('birth-date-email-head')).toMatch(/^[0-9a-f]{32}$/);
    }
  });

  it('follow from their seed', () => {
    expect(makeDecoys(records, options)).toEqual(decoys);
    expect(makeDecoys(records, { ...options, seed: 'b' })).not.toEqual(decoys);
  });

  it('are not linked where a birth date contradicts, and are put before a person', () => {
    // Few enough that no two share an email, which would cost it its force.
    const { all } = linkDecoys(records, noConstraints, strategy, { ...options, count: 5 });
    expect(all).toMatchObject({ decoys: 5, linked: 0, share: 0 });
    expect(all.referred).toBeGreaterThan(0);
  });

  it('are counted where they are linked, by role', () => {
    const bare = records.map((record) => ({
      ...record,
      tokens: record.tokens.filter(({ domain }) => domain === 'email'),
    }));
    const { all, byRole } = linkDecoys(bare, noConstraints, strategy, { ...options, count: 20 });
    expect(all).toMatchObject({ decoys: 20, linked: 20, share: 1 });
    expect(byRole['adult']).toEqual(all);
  });

  it('are none of nobody', () => {
    expect(linkDecoys([], noConstraints, strategy, options).all).toMatchObject({ decoys: 0, share: null });
  });
});

describe('records that are linked without an identifier', () => {
  const twice = [
    ...records,
    // Another record of the first ten people: of five the email tells, of five nothing does.
    ...Array.from({ length: 10 }, (_, person) =>
      adult(rowKey('a', person), person, person < 5 ? person : `new ${person}`),
    ),
  ];
  const without = assessWithout('nhs-number', twice, noConstraints, strategy, { fieldOf, seed: 'a' });

  it('are judged by it', () => {
    const { people, records: judged, measures } = without(() => true);
    expect([people, judged]).toEqual([50, 60]);
    expect(measures.missedLinks.value).toBeCloseTo(0.5);
    expect(measures.falseLinks.value).toBe(0);
  });

  it('are judged in part', () => {
    expect(without((record) => record.rowKey.startsWith('a')).people).toBe(10);
  });
});
