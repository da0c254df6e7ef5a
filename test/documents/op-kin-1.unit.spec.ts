import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { candidateKeys, carerName, opKin1, type FieldRole, type FieldValues } from '@kinledger/derivations';
import {
  canonicalAddress,
  canonicalBirthDate,
  canonicalChildFirstName3,
  canonicalEmail,
  canonicalGender,
  canonicalMobile,
  canonicalNhsNumber,
  canonicalPersonName,
  canonicalPostcode,
  type Digest,
} from '@kinledger/domain/identifiers';
import { nodeHashing } from '@kinledger/pseudonymisation';
import { DerivedDigests, TokenKeys } from '@kinledger/pseudonymised-rows';
import { portableHashing } from '@kinledger/pseudonymised-rows/portable-hashing';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';

const FILE = 'docs/guides/op-kin-1-vectors.json';
const salt = 'mackerel';
const master = Buffer.from(Array.from({ length: 32 }, (_, index) => index));

/** As people write them; one record. */
const written: Readonly<Record<Exclude<FieldRole, 'other-id'>, string>> = {
  'given-name': 'Zoë-Ann',
  'given-name-part': 'Zoë-Ann',
  surname: 'O’Brien Łukasz',
  'birth-date': '29/02/2020',
  gender: 'female',
  postcode: 'sw91aa',
  address: 'Flat 3b, 12 King’s Ave.',
  email: 'Amara.Okafor7@example.org',
  mobile: '+44 7700 900123',
  'nhs-number': '943 476 5919',
};
const canonicalOf: Readonly<Record<keyof typeof written, (raw: string) => string | undefined>> = {
  'given-name': canonicalPersonName,
  'given-name-part': canonicalChildFirstName3,
  surname: canonicalPersonName,
  'birth-date': canonicalBirthDate,
  gender: canonicalGender,
  postcode: canonicalPostcode,
  address: canonicalAddress,
  email: canonicalEmail,
  mobile: canonicalMobile,
  'nhs-number': canonicalNhsNumber,
};
const canonical = Object.fromEntries(
  Object.entries(written).map(([field, raw]) => [field, canonicalOf[field as keyof typeof written](raw)!]),
) as FieldValues & Record<string, string>;

interface Vector {
  readonly name: string;
  readonly version: number;
  readonly domain: string;
  readonly fields: readonly string[];
  readonly values: readonly string[];
  readonly digests: readonly string[];
  readonly tokens: readonly string[];
}

/** How the platform makes them. */
function vectorsWith(hashing: typeof portableHashing): readonly Vector[] {
  const digests = new DerivedDigests(hashing.sha256, salt);
  const keys = TokenKeys.fromMasters(hashing, [master]);
  const told = (domain: string, made: readonly Digest[]) => ({
    digests: made,
    tokens: made.map((digest) => keys.tokenOf(domain, digest)),
  });
  return [
    ...opKin1.rungs.flatMap(({ field, derivation }) => {
      const value = canonical[field];
      if (value === undefined) return [];
      const { name, version, domain } = derivation;
      const made = digests.ofSet(derivation, value);
      return [
        { name, version, domain, fields: [field], values: derivation.of(value), ...told(domain, made) },
      ];
    }),
    ...opKin1.keys.map(({ name, version, domain, fields, of }) => {
      const made = of(canonical).map((value) => digests.of(domain, value));
      return { name, version, domain, fields, values: of(canonical), ...told(domain, made) };
    }),
  ];
}

const vectors = vectorsWith(portableHashing);

/** The rule of the guide, in the plainest form. */
function digestOf(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = Buffer.from(part, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  }
  return hash.update(salt, 'utf8').digest('hex').toUpperCase();
}
function tokenOf(domain: string, digest: string): string {
  const key = createHmac('sha256', master).update(`kinledger token key ${domain}`).digest();
  return createHmac('sha256', key).update(Buffer.from(digest, 'hex')).digest('hex').slice(0, 32);
}

describe('the published vectors of profile op-kin-1', () => {
  it('are what the platform makes', async () => {
    const document = {
      profile: 'op-kin-1',
      salt,
      tokenMaster: master.toString('hex'),
      written,
      canonical,
      vectors,
    };
    const text = await format(JSON.stringify(document), { parser: 'json', printWidth: 110 });
    await expect(text).toMatchFileSnapshot(`../../${FILE}`);
  });

  it('are the same with Node’s hash functions', () => {
    expect(vectorsWith(nodeHashing)).toEqual(vectors);
  });

  it('follow from the rule of the guide', () => {
    for (const { domain, values, digests, tokens, fields } of vectors) {
      const sizes =
        opKin1.rungs.find(({ derivation }) => derivation.domain === domain)?.derivation.sizes ?? [];
      const expected = values.map((value) => digestOf(domain, value));
      const size = sizes.find((each) => each >= expected.length) ?? expected.length;
      for (let n = expected.length; n < size; n += 1)
        expected.push(digestOf(domain, 'padding', String(n), canonical[fields[0]!]!));
      expect([...digests].sort()).toEqual(expected.sort());
      expect(tokens).toEqual(digests.map((digest) => tokenOf(domain, digest)));
    }
  });

  it('have every rung and key that leaves, but that of a field that no file has', () => {
    expect(vectors.map(({ name }) => name).filter((name, at, all) => all.indexOf(name) === at)).toHaveLength(
      new Set([
        ...opKin1.rungs.filter(({ field }) => field !== 'other-id').map(({ derivation }) => derivation.name),
        ...opKin1.keys.map(({ name }) => name),
      ]).size,
    );
  });
});

describe('the guide to derivations', () => {
  const guide = readFileSync(new URL('../../docs/guides/derivations.md', import.meta.url), 'utf8');

  it('names every rung and key of the profile, with its domain', () => {
    for (const { derivation } of opKin1.rungs) {
      expect(guide).toContain(`\`${derivation.name}\``);
      expect(guide).toContain(`\`${derivation.domain}\``);
    }
    for (const { name } of candidateKeys) expect(guide).toContain(`\`${name}\``);
    expect(guide).toContain(`\`${carerName('…')}\``);
  });
});
