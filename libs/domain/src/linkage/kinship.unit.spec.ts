import { describe, expect, it } from 'vitest';
import { kinshipOf, type KinEvidence, type KinToken } from './kinship.js';

/** Evidence in the programme alone. */
const here = (...nodes: number[]): KinEvidence[] => nodes.map((node) => ({ node, scopes: 1 }));
const byNumber = (one: number, other: number): number => one - other;
const EMAIL = 2;
const MOBILE = 3;

const kinOf = (tokens: readonly KinToken[], order = byNumber) => {
  const { relationships, families } = kinshipOf(tokens, 9, 1, order);
  return {
    kin: relationships
      .map(({ kind, child, other, channel }) => `${kind} ${child}-${other} by ${channel}`)
      .sort(),
    families: (families[0] ?? []).map((family) => family.toSorted(byNumber).join()).sort(),
  };
};

describe('kinshipOf', () => {
  const cases: [string, KinToken[], string[], string[]][] = [
    ['relates nobody through one child alone', [{ channel: EMAIL, children: here(1), adults: [] }], [], []],
    [
      'uses the next address if one child alone has the first',
      [
        { channel: EMAIL, children: here(1), adults: [] },
        { channel: MOBILE, children: here(1), adults: here(4) },
      ],
      ['carer 1-4 by 3'],
      ['1,4'],
    ],
    ['relates nobody through adults alone', [{ channel: EMAIL, children: [], adults: here(1, 2) }], [], []],
    [
      'relates children whose carer is unknown through the first of them alone',
      [{ channel: EMAIL, children: here(3, 1, 2), adults: [] }],
      ['same-carer 2-1 by 2', 'same-carer 3-1 by 2'],
      ['1,2,3'],
    ],
    [
      'relates each child to the carer who owns the token, and no child to another',
      [{ channel: EMAIL, children: here(1, 2, 3), adults: here(4) }],
      ['carer 1-4 by 2', 'carer 2-4 by 2', 'carer 3-4 by 2'],
      ['1,2,3,4'],
    ],
    [
      'relates a child to each of two carers who share an address',
      [{ channel: EMAIL, children: here(1), adults: here(4, 5) }],
      ['carer 1-4 by 2', 'carer 1-5 by 2'],
      ['1,4,5'],
    ],
    [
      'relates nobody to themselves',
      [{ channel: EMAIL, children: here(1, 2), adults: here(1) }],
      ['carer 2-1 by 2'],
      ['1,2'],
    ],
    [
      'keeps the strongest of several tokens that relate the same two individuals, whichever is read first',
      [
        { channel: MOBILE, children: here(1), adults: here(4) },
        { channel: EMAIL, children: here(1), adults: here(4) },
        { channel: MOBILE, children: here(1), adults: here(4) },
      ],
      ['carer 1-4 by 2'],
      ['1,4'],
    ],
    [
      'makes one family of two children who share a carer, and leaves a third apart',
      [
        { channel: EMAIL, children: here(1), adults: here(4) },
        { channel: MOBILE, children: here(2), adults: here(4) },
        { channel: EMAIL, children: here(3), adults: here(5) },
      ],
      ['carer 1-4 by 2', 'carer 2-4 by 3', 'carer 3-5 by 2'],
      ['1,2,4', '3,5'],
    ],
  ];
  it.each(cases)('%s', (_, tokens, kin, families) => {
    expect(kinOf(tokens)).toEqual({ kin, families });
  });

  it('relates children through the one that the given order puts first, not the one with the smallest number', () => {
    const tokens = [{ channel: EMAIL, children: here(1, 2, 3), adults: [] }];
    expect(kinOf(tokens, (one, other) => other - one).kin).toEqual([
      'same-carer 1-3 by 2',
      'same-carer 2-3 by 2',
    ]);
  });

  it('makes the families of a scope from that scope’s evidence alone, and relationships from all evidence', () => {
    const both = 0b11;
    const tokens = [
      {
        channel: EMAIL,
        children: [
          { node: 1, scopes: both },
          { node: 2, scopes: both },
          { node: 3, scopes: 1 },
        ],
        adults: [{ node: 4, scopes: 1 }],
      },
    ];
    const { relationships, families } = kinshipOf(tokens, 9, 2, byNumber);
    // In the second scope nobody owns the token, so the two children form a family there without their carer.
    expect(families.map((scope) => scope.map((family) => family.toSorted(byNumber)))).toEqual([
      [[1, 2, 3, 4]],
      [[1, 2]],
    ]);
    expect(relationships.map(({ kind }) => kind)).toEqual(['carer', 'carer', 'carer']);
  });
});
