import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commandContracts } from './commands/command.js';
import { read, type Contract } from './contract.js';
import { ledgerContracts } from './ledger/ledger-event.js';
import { FileAccepted } from './messages/file-accepted.js';
import { topics, type Topic } from './topics.js';

/**
 * A sample is data of the past: it is written when its version begins and never changed again. A ledger event and a
 * message may have the same name, so each kind has its own folder.
 */
const kinds: Readonly<Record<string, readonly Contract[]>> = {
  ledger: Object.values<Contract>(ledgerContracts),
  messages: Object.values<Topic>(topics).map(({ contract }) => contract),
};

const folder = new URL('../samples/', import.meta.url);
const text = (path: string) => readFileSync(new URL(path, folder), 'utf8');
/** The sample of non-JSON data is its bytes, in hexadecimal. */
const sample = ({ kind, type, version, alternative = '' }: Sample): unknown =>
  type.form === undefined
    ? JSON.parse(text(`${kind}/${type.name}/${version}${alternative}.json`))
    : type.form.decode(Buffer.from(text(`${kind}/${type.name}/${version}.hex`).replaceAll(/\s/g, ''), 'hex'));

interface Sample {
  readonly kind: string;
  readonly type: Contract;
  readonly version: number;
  readonly alternative?: string;
}

/** A schema of alternatives has a sample of each, named by its kind. */
const alternativesOf = ({ schema }: Contract): readonly string[] =>
  schema instanceof z.ZodDiscriminatedUnion ? Object.keys(commandContracts).map((kind) => `.${kind}`) : [''];
const membersOf = ({ schema }: Contract, kind: string): readonly string[] => {
  const json = z.toJSONSchema(schema) as { properties?: object; oneOf?: { properties: object }[] };
  const one = json.oneOf?.find(({ properties }) =>
    JSON.stringify(properties).includes(`"const":"${kind.slice(1)}"`),
  );
  return Object.keys(json.properties ?? one?.properties ?? {}).sort();
};

const versionsOf = ({ version }: Contract) => Array.from({ length: version }, (_, index) => index + 1);

describe('stored samples', () => {
  for (const [kind, contracts] of Object.entries(kinds)) {
    it(`of ${kind}: one for every version of every contract, and no other`, () => {
      const expected = contracts.flatMap((type) =>
        versionsOf(type).flatMap((version) =>
          alternativesOf(type).map(
            (kind) => `${type.name}/${version}${kind}.${type.form === undefined ? 'json' : 'hex'}`,
          ),
        ),
      );
      const found = readdirSync(new URL(`${kind}/`, folder)).flatMap((name) =>
        readdirSync(new URL(`${kind}/${name}/`, folder)).map((file) => `${name}/${file}`),
      );
      expect(found.sort()).toEqual(expected.sort());
    });

    for (const type of contracts) {
      for (const version of versionsOf(type)) {
        it(`of ${kind}: ${type.name} version ${version} reads as version ${type.version}`, () => {
          for (const alternative of alternativesOf(type)) {
            const data = read(type, version, sample({ kind, type, version, alternative }));
            // What is read is complete in the newest shape: reading it again changes nothing.
            expect(read(type, type.version, data)).toEqual(data);
          }
        });
      }

      it(`of ${kind}: ${type.name} shows every field, and loses none`, () => {
        for (const alternative of alternativesOf(type)) {
          const newest = sample({ kind, type, version: type.version, alternative });
          expect(read(type, type.version, newest)).toEqual(newest);
          expect(Object.keys(newest as object).sort()).toEqual(membersOf(type, alternative));
        }
      });

      it(`of ${kind}: ${type.name} has an example that reads`, () => {
        expect(() => read(type, type.version, type.example)).not.toThrow();
      });
    }
  }
});

describe('FileAccepted version 1', () => {
  const old = sample({ kind: 'messages', type: FileAccepted, version: 1 }) as Record<string, unknown>;

  it('named one predecessor, which is read as a list of one', () => {
    expect(old['supersedes']).toBe('1b2c3d4e5f60718293a4b5c6d7e8f90a');
    const counts = { ...(old['counts'] as object), consentRefused: 0 };
    expect(read(FileAccepted, 1, old)).toEqual({
      ...old,
      counts,
      supersedes: ['1b2c3d4e5f60718293a4b5c6d7e8f90a'],
    });
  });

  it('named none with null, which is read as an empty list', () => {
    expect(read(FileAccepted, 1, { ...old, supersedes: null }).supersedes).toEqual([]);
  });

  it('is not read as version 2, nor version 2 as version 1', () => {
    expect(() => read(FileAccepted, 2, old)).toThrow(/supersedes/);
    expect(() => read(FileAccepted, 1, sample({ kind: 'messages', type: FileAccepted, version: 2 }))).toThrow(
      /supersedes/,
    );
  });
});
