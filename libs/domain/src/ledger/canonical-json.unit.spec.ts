import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalBytes, canonicalJson } from './canonical-json.js';

const outcome = (make: () => string | undefined): string => {
  try {
    return make() ?? 'nothing';
  } catch {
    return 'refused';
  }
};

describe('canonical JSON', () => {
  it('is the text that RFC 8785 §3.2.2 shows', () => {
    const input = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    expect(canonicalJson(JSON.parse(input))).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('sorts members as RFC 8785 §3.2.3 shows: by UTF-16 code unit, not by code point', () => {
    const members = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    expect(canonicalJson(Object.fromEntries(members.map((name) => [name, 0])))).toBe(
      '{"\\r":0,"1":0,"\u0080":0,"ö":0,"€":0,"😀":0,"\ufb33":0}',
    );
  });

  it('prints the numbers of RFC 8785 appendix B as shown there', () => {
    const known: readonly (readonly [string, string])[] = [
      ['0000000000000000', '0'],
      ['8000000000000000', '0'],
      ['0000000000000001', '5e-324'],
      ['7fefffffffffffff', '1.7976931348623157e+308'],
      ['4340000000000000', '9007199254740992'],
      ['4430000000000000', '295147905179352830000'],
      ['44b52d02c7e14af5', '9.999999999999997e+22'],
      ['444b1ae4d6e2ef50', '1e+21'],
      ['3eb0c6f7a0b5ed8d', '0.000001'],
      ['41b3de4355555557', '333333333.33333343'],
      ['becbf647612f3696', '-0.0000033333333333333333'],
    ];
    for (const [bits, text] of known) {
      expect(canonicalJson(Buffer.from(bits, 'hex').readDoubleBE())).toBe(text);
    }
  });

  it('equals the library’s text for every JSON value', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 }), (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
      { numRuns: 500 },
    );
  });

  it('equals the library’s result for any other value that a program may pass', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withBoxedValues: true,
          withDate: true,
          withMap: true,
          withNullPrototype: true,
          withSparseArray: true,
          withTypedArray: true,
          stringUnit: 'binary',
        }),
        (value) => {
          expect(outcome(() => canonicalJson(value))).toBe(
            outcome(() => canonicalize(value)).replace(/^nothing$/, 'refused'),
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('equals the library’s text for many members, deep values and members named like prototype members', () => {
    const many = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`m${(index * 7) % 300}`, index]),
    );
    let deep: unknown = 1;
    for (let depth = 0; depth < 5_000; depth++) deep = { deep };
    const odd: unknown = JSON.parse('{"toString":1,"__proto__":{"b":2,"a":1},"constructor":null}');
    for (const value of [many, deep, odd]) expect(canonicalJson(value)).toBe(canonicalize(value));
  });

  it('refuses cycles, lone surrogates and values that are not JSON', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    for (const value of [cycle, '\ud800', { '\udc00': 1 }, Number.NaN, 1n, undefined, () => 1]) {
      expect(() => canonicalJson(value)).toThrow();
    }
  });

  it('is encoded as UTF-8', () => {
    expect(Buffer.from(canonicalBytes({ é: '€' })).toString('hex')).toBe('7b22c3a9223a22e282ac227d');
  });
});
