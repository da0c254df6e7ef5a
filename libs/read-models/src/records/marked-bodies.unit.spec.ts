import { encodeRowChunk, RowPseudonymised, type PseudonymisedRow } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import { markedBodiesIn } from './marked-bodies.js';
import { idOf } from '../testing.js';

type Token = readonly [domain: string, use: string, value?: string];
/** The contracts brand ids; tests create their own. */
const id = (name: string): never => idOf(name) as never;

const rowWith = (...tokens: readonly Token[]): PseudonymisedRow => ({
  record: id('record'),
  rowKey: id('key'),
  role: 'child',
  derived: [],
  attributes: {},
  facts: { kind: 'registration' },
  keyVersion: 1,
  salt: id('salt'),
  tokens: tokens.map(([domain, use, value = 'one']) => ({
    domain,
    use,
    token: idOf(`${domain} ${value}`),
  })) as PseudonymisedRow['tokens'],
});
const head = RowPseudonymised.schema.parse(RowPseudonymised.example);
const bodyOf = (...tokens: readonly Token[]) =>
  markedBodiesIn(encodeRowChunk({ ...head, rows: [rowWith(...tokens)] }))[0];
const marksOf = (...tokens: readonly Token[]) => {
  const body = bodyOf(...tokens);
  return [body?.marks, body?.caseMark];
};
const email: Token = ['email', 'identity'];
const caseNumber = (value: string): Token => ['case-number:provider', 'local', value];

describe('the marks of a row', () => {
  it.each<[string, Token[], number]>([
    ['nothing', [], 0],
    ['an NHS number', [['nhs-number', 'identity']], 1],
    ['a child key, which contains a birth date', [['child-key', 'identity']], 2],
    [
      'a birth date beside an email',
      [
        ['birth-date', 'guard'],
        ['email', 'identity'],
      ],
      2,
    ],
    [
      'a mobile beside a birth date',
      [
        ['mobile', 'identity'],
        ['birth-date', 'guard'],
      ],
      2,
    ],
    ['a birth date and no identifier', [['birth-date', 'guard']], 0],
    [
      'an NHS number and a birth date',
      [
        ['nhs-number', 'identity'],
        ['birth-date', 'guard'],
      ],
      3,
    ],
    [
      'an NHS number and a child key',
      [
        ['child-key', 'identity'],
        ['nhs-number', 'identity'],
      ],
      3,
    ],
    [
      'an email and a gender alone',
      [
        ['email', 'identity'],
        ['gender', 'guard'],
      ],
      0,
    ],
    ['the carer’s NHS number, which is not its own', [['nhs-number', 'carer']], 0],
    ['the carer’s own child key, which is not its own', [['child-key', 'carer']], 0],
    ['a birth date that is not given as a guard', [['birth-date', 'carer']], 0],
  ])('of %s are the expected bits', (_, tokens, marks) => {
    expect(marksOf(...tokens)).toEqual([marks, null]);
  });

  it('contain equal numbers for the same case, and different numbers for different cases', () => {
    const [, seven] = marksOf(email, caseNumber('7'));
    const [marks, again] = marksOf(['nhs-number', 'identity'], caseNumber('7'));
    const [, eight] = marksOf(email, caseNumber('8'));
    expect([marks, again]).toEqual([1, seven]);
    expect(seven).toMatch(/^[0-9a-f]{16}$/);
    expect(eight).not.toBe(seven);
  });

  it.each<[string, Token[]]>([
    ['nothing else', []],
    ['a birth date', [['birth-date', 'guard']]],
    ['a mobile without a birth date', [['mobile', 'identity']]],
    ['its carer’s email', [['email', 'carer']]],
  ])('keep the case number of a row with %s apart, which a family may share', (_, tokens) => {
    const [, seven] = marksOf(email, caseNumber('7'));
    expect(bodyOf(...tokens, caseNumber('7'))).toMatchObject({
      ...{ marks: 0, caseMark: null, unidentifiedCase: seven },
    });
    expect(bodyOf(email, caseNumber('7'))?.unidentifiedCase).toBeNull();
  });

  it('take a row with neither an identifier nor a case number for a case of its own', () => {
    expect(bodyOf(['birth-date', 'guard'])).toMatchObject({
      ...{ marks: 0, caseMark: null, unidentifiedCase: expect.stringMatching(/^[0-9a-f]{16}$/) as string },
    });
    expect(bodyOf(email)?.unidentifiedCase).toBeNull();
  });

  it('use the first of two case numbers', () => {
    const [, first] = marksOf(email, caseNumber('7'));
    expect(marksOf(email, caseNumber('7'), caseNumber('8'))).toEqual([0, first]);
  });
});
