import { hash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withMethods } from '@kinledger/test-doubles';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rowOfRecord, signedLedger, STREAM } from '../testing/signed-ledger.js';
import { verifyExport } from '../verify/verify-export.js';
import { exportLedger } from './export-ledger.js';

describe('the export of a ledger', () => {
  let scratch: string;
  beforeEach(() => (scratch = mkdtempSync(join(tmpdir(), 'kinledger-export-'))));
  afterEach(() => rmSync(scratch, { recursive: true }));

  type Made = Awaited<ReturnType<typeof signedLedger>>;
  const exported = async (made: Pick<Made, 'store' | 'checkpoints'>, name: string, from = 0, to?: number) => {
    const out = join(scratch, name);
    const { store, checkpoints } = made;
    return exportLedger({ store, checkpoints, stream: STREAM, out, from, to });
  };
  const filesOf = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(folder, name)).isFile())
      .sort();
  const contentOf = (folder: string) =>
    Object.fromEntries(
      filesOf(folder).map((name) => [name, hash('sha256', readFileSync(join(folder, name)))]),
    );

  it('holds events, checkpoints, keys, definition and strategy, for its owner alone', async () => {
    const { out, ...told } = await exported(await signedLedger(), 'all');
    expect(told).toMatchObject({ stream: STREAM, first: 0, events: 13, checkpoints: 3, signedUpTo: 13 });
    expect(filesOf(out)).toEqual([
      'README.md',
      ...['2', '7', '13'].map((size) => `checkpoints/${size.padStart(12, '0')}.txt`),
      expect.stringMatching(/^definitions\/[0-9a-f]{64}\.json$/),
      'events.txt',
      'export.json',
      'keys.txt',
      expect.stringMatching(/^strategies\/[0-9a-f]{64}\.json$/),
    ]);
    for (const name of filesOf(out)) expect(statSync(join(out, name)).mode & 0o777, name).toBe(0o600);
    expect(statSync(out).mode & 0o777).toBe(0o700);
    expect(existsSync(`${out}.partial`)).toBe(false);
  });

  it('is the same to the byte every time', async () => {
    const made = await signedLedger();
    const [one, other] = [await exported(made, 'one'), await exported(made, 'other')];
    expect(contentOf(one.out)).toEqual(contentOf(other.out));
  });

  it('holds no token, no attribute and no salt', async () => {
    const made = await signedLedger();
    const { out } = await exported(made, 'all');
    const text = filesOf(out)
      .map((name) => readFileSync(join(out, name), 'utf8'))
      .join('\n');
    // What is looked for can be found: it stands in the bodies.
    const bodies = Buffer.concat(made.segments.map(({ bytes }) => Buffer.from(bytes)));
    for (const { tokens, attributes, salt } of Array.from({ length: 10 }, (_, number) =>
      rowOfRecord(number),
    )) {
      const values = [
        ...tokens.map(({ token }) => Buffer.from(token, 'hex')),
        ...Object.values(attributes).map((value) => Buffer.from(value, 'utf8')),
        Buffer.from(salt, 'hex'),
      ];
      for (const value of values) {
        const forms = [value.toString('utf8'), value.toString('hex'), value.toString('base64')];
        expect(bodies.includes(value)).toBe(true);
        for (const form of forms) expect(text).not.toContain(form);
      }
    }
    for (const kind of ['"tokens":[', '"attributes"', '"salt"', '"derived"', '"facts"'])
      expect(text).not.toContain(kind);
  });

  describe('of every range of a ledger', () => {
    it('is joined to the tree by the hashes beside it', async () => {
      const made = await signedLedger({ records: 8, signedAt: [1, 4, 9, 11] });
      const wrong: string[] = [];
      for (let from = 0; from < 11; from += 1) {
        for (let to = from; to < 11; to += 1) {
          const { out, events } = await exported(made, `${from}-${to}`, from, to);
          const { faults } = await verifyExport({ folder: out });
          if (events !== to - from + 1 || faults.count > 0)
            wrong.push(`${from} to ${to}: ${faults.first[0]?.sentence ?? ''}`);
          rmSync(out, { recursive: true });
        }
      }
      expect(wrong).toEqual([]);
    });

    it('brings every key that its checkpoints need, where the signing key was changed', async () => {
      const made = await signedLedger({
        ...{ records: 8, signedAt: [2, 5, 6, 9, 13] },
        keyChanges: [
          { at: 5, to: 2 },
          { at: 8, to: 3 },
        ],
      });
      const wrong: string[] = [];
      for (let from = 0; from < 13; from += 1) {
        for (let to = from; to < 13; to += 1) {
          const { out } = await exported(made, `${from}-${to}`, from, to);
          const { faults } = await verifyExport({ folder: out });
          if (faults.count > 0) wrong.push(`${from} to ${to}: ${faults.first[0]?.sentence ?? ''}`);
          rmSync(out, { recursive: true });
        }
      }
      expect(wrong).toEqual([]);
      const { out } = await exported(made, 'all');
      expect(
        readFileSync(join(out, 'keys.txt'), 'utf8')
          .split('\n')
          .map((line) => line.split(' ')[0]),
      ).toEqual([...['0', '5', '8', '']]);
    });

    it('is refused where the ledger has no such range', async () => {
      const made = await signedLedger();
      await expect(exported(made, 'a', 3, 2)).rejects.toThrow('has positions 0 to 12: name a range of these');
      await expect(exported(made, 'b', 0, 13)).rejects.toThrow('has positions 0 to 12');
      expect(readdirSync(scratch)).toEqual([]);
    });
  });

  it('says how much is not signed yet', async () => {
    const { out, signedUpTo } = await exported(await signedLedger({ signedAt: [2, 7] }), 'all');
    expect(signedUpTo).toBe(7);
    expect(await verifyExport({ folder: out })).toMatchObject({
      signedUpTo: 7,
      events: 13,
      faults: { count: 0 },
    });
  });

  it('is refused for a folder with anything in it, and takes an empty one', async () => {
    const made = await signedLedger();
    mkdirSync(join(scratch, 'empty'));
    await exported(made, 'empty');
    await expect(exported(made, 'empty')).rejects.toThrow('is not empty');
  });

  it('leaves nothing under its name when it is interrupted, and the next one is whole', async () => {
    const made = await signedLedger();
    const store = withMethods(made.store, {
      readPage: async (stream, from, limit) => {
        if (limit > 1) throw new Error('killed');
        return made.store.readPage(stream, from, limit);
      },
    });
    await expect(exported({ ...made, store }, 'all')).rejects.toThrow('killed');
    expect(readdirSync(scratch)).toEqual([]);
    // As a process leaves it that nothing could stop in order.
    mkdirSync(join(scratch, 'all.partial'));
    writeFileSync(join(scratch, 'all.partial', 'events.txt'), 'half');
    const { out } = await exported(made, 'all');
    expect(readdirSync(scratch)).toEqual(['all']);
    expect(await verifyExport({ folder: out })).toMatchObject({ faults: { count: 0 } });
  });
});
