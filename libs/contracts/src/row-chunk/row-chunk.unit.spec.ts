import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isUnreadableContract } from '../contract.js';
import { changed, nasty, pathsOf } from '../testing/changed-data.js';
import { RowPseudonymised } from '../messages/row-pseudonymised.js';
import type { Token } from '../identifiers.js';
import type { PseudonymisedRow } from '../messages/pseudonymised-row.js';
import { decodeRowChunk, encodeRowChunk, RowChunk, type RowChunkData } from './row-chunk.js';
import { committedBytesOf, RowPacker } from './row-packer.js';
import { chunks, rows } from './testing/arbitrary-rows.js';

const { schema } = RowPseudonymised;
const example: RowChunkData = schema.parse(RowPseudonymised.example);
const copyOf = ({ body, tokens }: ReturnType<typeof committedBytesOf>) => [[...body], [...tokens]];

const derivation = (tokens: number) => ({
  ...{ derivation: 'surname-metaphone', version: 1, domain: 'surname' },
  tokens: Array.from({ length: tokens }, () => 'ab'.repeat(16)),
});
const engagement = { kind: 'engagement', eventDate: '2023-07-04', sessionKind: 'group', attended: true };

const outcomeOf = (measurements: number) => ({
  ...{ kind: 'outcome', eventDate: '2023-07-04' },
  measurements: Array.from({ length: measurements }, (_, index) => ({
    ...{ instrument: 'asq-3', measure: 'communication', occasion: 'first', score: index },
  })),
});

/** Neither JSON nor chunks distinguish -0. */
const withoutMinusZero = <Data>(data: Data): Data =>
  data === undefined ? data : (JSON.parse(JSON.stringify(data)) as Data);

/** Decodes bytes to data, or to a refusal, which must be the decoder's own error. */
function decoded(bytes: Uint8Array): RowChunkData | undefined {
  try {
    return decodeRowChunk(bytes);
  } catch (error) {
    expect(isUnreadableContract(error), String(error)).toBe(true);
    return undefined;
  }
}

/** Undefined for data that cannot be encoded at all. */
function encodedIfAny(data: RowChunkData): Uint8Array | undefined {
  try {
    return encodeRowChunk(data);
  } catch {
    return undefined;
  }
}

describe('a row chunk', () => {
  it('decodes to the same data, for anything that the schema allows', () => {
    fc.assert(
      fc.property(chunks, (chunk) => {
        expect(schema.safeParse(chunk).error).toBeUndefined();
        expect(decodeRowChunk(encodeRowChunk(chunk))).toEqual(withoutMinusZero(chunk));
      }),
    );
  });

  it('has equal bytes for equal content, in any order of attributes', () => {
    fc.assert(
      fc.property(chunks, (chunk) => {
        const turned = chunk.rows.map((row) => ({
          ...row,
          attributes: Object.fromEntries(Object.entries(row.attributes).toReversed()),
        }));
        expect(encodeRowChunk({ ...chunk, rows: turned })).toEqual(encodeRowChunk(chunk));
      }),
    );
  });

  it('has the same bytes as when the format was defined', () => {
    const stored = readFileSync(
      new URL('../../samples/messages/RowPseudonymised/1.hex', import.meta.url),
      'utf8',
    );
    expect(Buffer.from(encodeRowChunk(example)).toString('hex')).toBe(stored.replaceAll(/\s/g, ''));
  });

  it('never decodes to data that the schema refuses, whatever was encoded', () => {
    let [allowed, refused] = [0, 0];
    const how = fc.constantFrom('replace' as const, 'remove' as const, 'add' as const);
    const changes = fc.array(fc.tuple(fc.nat(), nasty, how), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(fc.oneof(chunks, fc.constant(example)), changes, (chunk, several) => {
        const paths = pathsOf(chunk);
        for (const [place, change, way] of several) {
          const data = changed(chunk, paths[place % paths.length] ?? [], change, way) as RowChunkData;
          const parsed = schema.safeParse(data);
          const bytes = encodedIfAny(data);
          const read = bytes && decoded(bytes);
          if (parsed.success) {
            expect(read).toEqual(withoutMinusZero(parsed.data));
            allowed += 1;
          } else if (read !== undefined) {
            // The encoder trusts types: 5 became "5". The result is valid all the same.
            expect(schema.parse(read)).toEqual(read);
          } else if (bytes !== undefined) refused += 1;
        }
      }),
      { numRuns: 400 },
    );
    expect(allowed).toBeGreaterThan(200);
    expect(refused).toBeGreaterThan(200);
  });

  it.each([
    ['too many tokens', { tokens: Array.from({ length: 33 }, () => example.rows[0]?.tokens[0]) }],
    ['too many derivations', { derived: Array.from({ length: 129 }, () => derivation(1)) }],
    ['too many tokens of a derivation', { derived: [derivation(65)] }],
    ['an overlong engagement', { facts: { ...engagement, minutes: 10_001 } }],
    ['an attribute without a value', { attributes: { gender: '' } }],
    ['an overlong value', { attributes: { gender: 'a'.repeat(121) } }],
    ['an overlong name', { attributes: { ['a'.repeat(61)]: 'F' } }],
    [
      'a rating in parts',
      { facts: { kind: 'feedback', eventDate: '2023-07-04', question: 'a', rating: 0.5 } },
    ],
    ['an outcome without measurements', { facts: outcomeOf(0) }],
    ['an outcome with too many measurements', { facts: outcomeOf(101) }],
    ['key version 0', { keyVersion: 0 }],
    ['key version 128', { keyVersion: 128 }],
  ])('is refused for %s', (_, change) => {
    const chunk = { ...example, rows: [{ ...example.rows[0], ...change }] } as RowChunkData;
    expect(schema.safeParse(chunk).success).toBe(false);
    expect(decoded(encodeRowChunk(chunk))).toBeUndefined();
  });

  it('with any changed bytes is refused, or has the content that these bytes encode', () => {
    let [allowed, refused] = [0, 0];
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 });
    const several = fc.array(edits, { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(fc.oneof(chunks, fc.constant(example)), several, (chunk, changes) => {
        const whole = encodeRowChunk(chunk);
        for (const change of changes) {
          const bytes = whole.slice();
          for (const [place, byte] of change) bytes[place % bytes.length] = byte;
          const read = decoded(bytes);
          if (read === undefined) {
            refused += 1;
            continue;
          }
          allowed += 1;
          expect(schema.safeParse(read).error).toBeUndefined();
          expect(Buffer.compare(encodeRowChunk(read), bytes)).toBe(0);
        }
      }),
      { numRuns: 200 },
    );
    expect(allowed).toBeGreaterThan(200);
    expect(refused).toBeGreaterThan(200);
  });

  it('that is truncated, or too long, is refused', () => {
    const bytes = encodeRowChunk(example);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(decoded(bytes.subarray(0, length))).toBeUndefined();
    }
    expect(decoded(Uint8Array.of(...bytes, 0))).toBeUndefined();
  });

  it('is decoded as a view of other bytes', () => {
    const bytes = encodeRowChunk(example);
    const within = Uint8Array.of(1, 2, 3, ...bytes, 4).subarray(3, 3 + bytes.length);
    expect(decodeRowChunk(within)).toEqual(example);
  });

  it.each([
    ['Uint8Array', fc.uint8Array({ maxLength: 400 })],
    [
      'a head and noise',
      fc.uint8Array({ maxLength: 400 }).map((noise) => Uint8Array.of(75, 76, 82, 1, ...noise)),
    ],
  ])('is not decoded from %s', (_, noise) => {
    fc.assert(
      fc.property(noise, (bytes) => {
        expect(decoded(bytes)).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  it('that claims a vast number of anything is refused at once', () => {
    const vast = [255, 255, 255, 255, 255, 255, 255, 15];
    const bytes = encodeRowChunk({ ...example, refused: [] });
    for (let at = 4; at < bytes.length; at += 1) {
      expect(decoded(Uint8Array.of(...bytes.subarray(0, at), ...vast))).toBeUndefined();
    }
  });
});

describe('packed rows', () => {
  const row = example.rows[0] as RowChunkData['rows'][number];

  it('number at most 500', () => {
    const packer = new RowPacker();
    for (let taken = 0; taken < 500; taken += 1) expect(packer.add(row)).toBe(true);
    expect(packer.add(row)).toBe(false);
    expect(packer.finish().rows).toBe(500);
    expect(() => encodeRowChunk({ ...example, rows: Array.from({ length: 501 }, () => row) })).toThrow(/500/);
  });

  it('stay within the byte limit, and a refused one leaves no trace', () => {
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 8 }), fc.integer({ min: 300, max: 20_000 }), (some, most) => {
        const packer = new RowPacker(most);
        const taken = some.filter((one) => packer.add(one));
        const { rows: count, bytes } = packer.finish();
        expect(count).toBe(taken.length);
        expect(count === 1 || bytes.length <= most).toBe(true);
        const alone = new RowPacker();
        for (const one of taken) alone.add(one);
        expect(bytes).toEqual(alone.finish().bytes);
      }),
    );
  });
});

describe('the rows of a chunk', () => {
  it('are decoded one by one, in any order, as together', () => {
    fc.assert(
      fc.property(chunks, (data) => {
        const chunk = new RowChunk(encodeRowChunk(data));
        expect(chunk.count).toBe(data.rows.length);
        const backwards = data.rows.map((_, ordinal) => chunk.row(data.rows.length - 1 - ordinal));
        expect(backwards.toReversed()).toEqual(withoutMinusZero(data.rows));
        expect(() => chunk.row(chunk.count)).toThrow(RangeError);
      }),
    );
  });

  it('have commitments that follow from the row alone, whatever else is in the chunk', () => {
    fc.assert(
      fc.property(chunks, rows, (data, before) => {
        const one = new RowChunk(encodeRowChunk(data));
        const other = new RowChunk(encodeRowChunk({ ...data, rows: [before, ...data.rows].slice(0, 500) }));
        data.rows.forEach((row, ordinal) => {
          const alone = copyOf(committedBytesOf(row));
          expect(copyOf(one.committedBytes(ordinal) ?? committedBytesOf(before))).toEqual(alone);
          expect(copyOf(other.committedBytes(ordinal + 1) ?? committedBytesOf(before))).toEqual(alone);
        });
      }),
    );
  });

  it('have one commitment to their tokens, and one to everything else', () => {
    fc.assert(
      fc.property(rows, rows, (row, other) => {
        const { tokens, derived, keyVersion } = other;
        const rekeyed = committedBytesOf({ ...row, tokens, derived, keyVersion });
        const original = committedBytesOf(row);
        expect(rekeyed.body).toEqual(original.body);
        expect(rekeyed.tokens).toEqual(committedBytesOf({ ...other, salt: row.salt }).tokens);
        const { record, rowKey, role, attributes, facts } = other;
        const corrected = committedBytesOf({ ...row, record, rowKey, role, attributes, facts });
        expect(corrected.body).not.toEqual(original.body);
        expect(corrected.tokens).toEqual(original.tokens);
      }),
    );
  });

  it('give their bodies, and show their tokens, in order', () => {
    fc.assert(
      fc.property(chunks, (data) => {
        const chunk = new RowChunk(encodeRowChunk(data));
        data.rows.forEach((row, ordinal) => {
          const { record, rowKey, role, attributes, facts, tokens } = withoutMinusZero(row);
          const shown: object[] = [];
          const body = chunk.body(ordinal, (domain, use, token) =>
            shown.push({ domain, use, token: token() }),
          );
          expect(body).toEqual({ record, rowKey, role, attributes, facts });
          expect(shown).toEqual(tokens);
        });
        expect(() => chunk.body(data.rows.length, () => undefined)).toThrow(RangeError);
      }),
    );
  });

  it('are removed with the texts that only they used when they are cut out; the others keep ordinals, bytes and commitments', () => {
    fc.assert(
      fc.property(chunks, fc.array(fc.nat(5)), (data, wanted) => {
        const whole = new RowChunk(encodeRowChunk(data));
        const cut = new Set(wanted.filter((ordinal) => ordinal < whole.count));
        const bytes = whole.withoutRows(cut);
        const rest = new RowChunk(bytes);
        expect(rest.count).toBe(whole.count);
        expect(rest.head).toEqual(whole.head);
        data.rows.forEach((row, ordinal) => {
          if (cut.has(ordinal)) {
            expect(rest.row(ordinal)).toBeUndefined();
            expect(rest.body(ordinal, () => undefined)).toBeUndefined();
            expect(rest.committedBytes(ordinal)).toBeUndefined();
            return;
          }
          expect(rest.row(ordinal)).toEqual(withoutMinusZero(row));
          expect(rest.slice(ordinal)).toEqual(whole.slice(ordinal));
          expect(copyOf(rest.committedBytes(ordinal) ?? committedBytesOf(row))).toEqual(
            copyOf(committedBytesOf(row)),
          );
        });
        if (cut.size > 0) expect(decoded(bytes)).toBeUndefined();
        else expect(bytes).toEqual(whole.bytes);
        const [first, ...others] = cut;
        const oneByOne = new RowChunk(whole.withoutRows(first === undefined ? [] : [first]));
        expect(oneByOne.withoutRows(others)).toEqual(bytes);
        expect(rest.withoutRows(cut)).toEqual(bytes);
      }),
    );
  });

  it('get other tokens and another key version in their places, and keep everything else', () => {
    const turned = (domain: string, token: string) =>
      token.replace(/(.)(.)/g, '$2$1').replace(/^./, domain.length % 2 === 0 ? '0' : '1') as Token;
    fc.assert(
      fc.property(chunks, fc.array(fc.nat(5)), (data, wanted) => {
        const cut = new Set(wanted.filter((ordinal) => ordinal < data.rows.length));
        const chunk = new RowChunk(new RowChunk(encodeRowChunk(data)).withoutRows(cut));
        const rows = data.rows.map((row) => ({
          ...row,
          keyVersion: 7,
          tokens: row.tokens.map((one) => ({ ...one, token: turned(one.domain, one.token) })),
          derived: row.derived.map((one) => ({
            ...one,
            tokens: one.tokens.map((token) => turned(one.domain, token)),
          })),
        }));
        const expected = new RowChunk(encodeRowChunk({ ...data, rows })).withoutRows(cut);
        expect(chunk.rekeyed(7, turned)).toEqual(expected);
        const left = data.rows.filter((_, ordinal) => !cut.has(ordinal));
        data.rows.forEach(({ keyVersion }, ordinal) => {
          expect(chunk.keyVersionOf(ordinal)).toBe(cut.has(ordinal) ? undefined : keyVersion);
        });
        const held = left.flatMap(({ tokens, derived }) => [
          ...tokens.map(({ domain, token }) => `${domain} ${token}`),
          ...derived.flatMap(({ domain, tokens: several }) => several.map((token) => `${domain} ${token}`)),
        ]);
        const listed = [...chunk.tokensByDomain()].flatMap(([domain, tokens]) =>
          tokens.map((token) => `${domain} ${token}`),
        );
        expect(listed.sort()).toEqual([...new Set(held)].sort());
      }),
    );
    expect(() => new RowChunk(encodeRowChunk(example)).rekeyed(128, turned)).toThrow(RangeError);
  });

  it('of other tokens keep all else of their row, its ordinal, and every other slice', () => {
    fc.assert(
      fc.property(chunks, fc.array(fc.nat(5)), fc.nat(31), (data, wanted, place) => {
        const whole = new RowChunk(encodeRowChunk(data));
        const fewer = (row: PseudonymisedRow) => ({
          ...row,
          tokens: row.tokens.filter((_, at) => at !== place),
        });
        const changed = new Map(
          wanted.flatMap((ordinal) => {
            const row = data.rows[ordinal];
            return row === undefined ? [] : [[ordinal, fewer(row)] as const];
          }),
        );
        const bytes = whole.withTokens(changed);
        const now = new RowChunk(bytes);
        data.rows.forEach((row, ordinal) => {
          const expected = changed.get(ordinal) ?? row;
          expect(now.row(ordinal)).toEqual(withoutMinusZero(expected));
          expect(copyOf(now.committedBytes(ordinal) ?? committedBytesOf(row))).toEqual(
            copyOf(committedBytesOf(expected)),
          );
          if (!changed.has(ordinal)) expect(now.slice(ordinal)).toEqual(whole.slice(ordinal));
        });
      }),
    );
  });

  it('leave neither text nor id behind that only they had', () => {
    const [row] = example.rows;
    if (row === undefined) throw new Error('the example has no row');
    const secret = {
      ...row,
      attributes: { gender: 'F', lsoa: 'E01999999' },
      salt: 'ab'.repeat(16) as typeof row.salt,
    };
    const whole = new RowChunk(
      encodeRowChunk({ ...example, rows: [secret, { ...row, record: secret.rowKey as never }] }),
    );
    const text = Buffer.from(whole.withoutRows([0])).toString('latin1');
    for (const only of ['E01999999', Buffer.from('ab'.repeat(16), 'hex').toString('latin1')]) {
      expect(Buffer.from(whole.bytes).toString('latin1')).toContain(only);
      expect(text).not.toContain(only);
    }
    expect(text).toContain('gender');
    expect(() => whole.withoutRows([2])).toThrow(RangeError);
  });

  it('of fewer tokens leave neither token nor domain behind that only those had', () => {
    const [row] = example.rows;
    if (row === undefined) throw new Error('the example has no row');
    const token = 'cd'.repeat(16) as Token;
    const secret = { ...row, tokens: [...row.tokens, { domain: 'mobile', use: 'carer' as const, token }] };
    const whole = new RowChunk(encodeRowChunk({ ...example, rows: [secret] }));
    const text = Buffer.from(whole.withTokens(new Map([[0, row]]))).toString('latin1');
    for (const only of ['mobile', Buffer.from(token, 'hex').toString('latin1')]) {
      expect(Buffer.from(whole.bytes).toString('latin1')).toContain(only);
      expect(text).not.toContain(only);
    }
    expect(text).toContain('email');
    expect(() => whole.withTokens(new Map([[1, row]]))).toThrow(RangeError);
    const other = { ...row, tokens: [{ domain: 'unknown', use: 'carer' as const, token }] };
    expect(() => whole.withTokens(new Map([[0, other]]))).toThrow(RangeError);
  });
});
