import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leafHash } from '@kinledger/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exportLedger } from '../export/export-ledger.js';
import { signedLedger, STREAM } from '../testing/signed-ledger.js';
import { verifyExport } from './verify-export.js';

/** Whoever holds an export may change any of its bytes. Each kind of change is made to a copy, and must be found. */
describe('an export of which something was changed', () => {
  let scratch: string;
  let original: string;
  let copy: string;

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'kinledger-tampering-'));
    original = join(scratch, 'original');
    copy = join(scratch, 'copy');
    const { store, checkpoints } = await signedLedger({ signedAt: [2, 7, 12] });
    await exportLedger({ store, checkpoints, stream: STREAM, out: original, from: 0, to: 11 });
  });
  beforeEach(() => {
    rmSync(copy, { recursive: true, force: true });
    cpSync(original, copy, { recursive: true });
  });
  afterAll(() => rmSync(scratch, { recursive: true }));

  const inCopy = (name: string) => join(copy, name);
  const edit = (name: string, by: (text: string) => string) =>
    writeFileSync(inCopy(name), by(readFileSync(inCopy(name), 'utf8')));
  const lines = (by: (lines: string[]) => string[]) =>
    edit('events.txt', (text) => `${by(text.split('\n').slice(0, -1)).join('\n')}\n`);
  /** Position of the first fault; what is refused as a whole has none. */
  const found = async (): Promise<number | 'refused' | undefined> => {
    try {
      return (await verifyExport({ folder: copy })).faults.first[0]?.position;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'command-failed') return 'refused';
      throw error;
    }
  };
  const noteOf = (size: number) => `checkpoints/${String(size).padStart(12, '0')}.txt`;
  const withLeaf = (line: string, by: (event: string) => string) => {
    const [position = '', , ...rest] = line.split(' ');
    const event = by(rest.join(' '));
    return `${position} ${Buffer.from(leafHash(Buffer.from(event))).toString('hex')} ${event}`;
  };

  it('is found to be whole before', async () => {
    expect(await found()).toBeUndefined();
  });

  it('is found out whichever byte of whichever file was flipped, by the position of its event', async () => {
    const wrong: string[] = [];
    const files = readdirSync(copy, { recursive: true, encoding: 'utf8' }).filter(
      (name) => statSync(inCopy(name)).isFile() && name !== 'README.md',
    );
    expect(files.length).toBeGreaterThan(7);
    for (const name of files) {
      const bytes = readFileSync(inCopy(name));
      const step = bytes.length > 1_000 ? 61 : 3;
      for (let at = 0; at < bytes.length; at += step) {
        const spoilt = Buffer.from(bytes);
        spoilt[at]! ^= 1;
        writeFileSync(inCopy(name), spoilt);
        const position = await found();
        const line = bytes.subarray(0, at).filter((byte) => byte === 10).length;
        if (position === undefined) wrong.push(`${name} at ${at}`);
        if (name === 'events.txt' && position !== line)
          wrong.push(`${name} at ${at}: ${String(position)}, not ${line}`);
      }
      writeFileSync(inCopy(name), bytes);
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    ['an event is left out', 4, () => lines((all) => all.toSpliced(4, 1))],
    ['the first event is left out', 0, () => lines((all) => all.slice(1))],
    ['the last event is left out', 11, () => lines((all) => all.slice(0, -1))],
    ['an event comes twice', 4, () => lines((all) => all.toSpliced(5, 0, all[4]!))],
    ['two events changed places', 4, () => lines((all) => all.with(4, all[5]!).with(5, all[4]!))],
    [
      'two events changed places, their positions with them',
      4,
      () => lines((all) => all.with(4, all[5]!.replace(/^5 /, '4 ')).with(5, all[4]!.replace(/^4 /, '5 '))),
    ],
    [
      'an event is added behind the last',
      12,
      () => lines((all) => [...all, all[11]!.replace(/^11 /, '12 ')]),
    ],
    [
      'an event was changed, with the hash of its leaf',
      2,
      () =>
        lines((all) =>
          all.with(
            4,
            withLeaf(all[4]!, (event) => event.replace('"child"', '"adult"')),
          ),
        ),
    ],
    [
      'the hash of a leaf was changed',
      6,
      () => lines((all) => all.with(6, all[6]!.replace(/ [0-9a-f]/, ' x'))),
    ],
    [
      'the file breaks off in a line',
      11,
      () => truncateSync(inCopy('events.txt'), statSync(inCopy('events.txt')).size - 9),
    ],
    [
      'the last line has no end',
      11,
      () => truncateSync(inCopy('events.txt'), statSync(inCopy('events.txt')).size - 1),
    ],
    ['the file is empty', 0, () => truncateSync(inCopy('events.txt'), 0)],
    ['a line is endless', 12, () => appendFileSync(inCopy('events.txt'), 'x'.repeat(400_000))],
  ])('is found out where %s', async (_, position, tamper) => {
    tamper();
    expect(await found()).toBe(position);
  });

  it.each([
    ['its size', 6, (text: string) => text.replace('\n7\n', '\n8\n')],
    [
      'its root',
      6,
      (text: string) => text.replace(/\n[A-Za-z0-9+/]{4}/g, (four) => `\nAAAA${four.slice(5)}`),
    ],
    [
      'its signature',
      6,
      (text: string) => text.replace(/(— \S+ \S{20})\S/, (_, start: string) => `${start}_`),
    ],
    ['the name of its key', 6, (text: string) => text.replace('— kinledger/', '— kinlodger/')],
    ['its origin', 6, (text: string) => text.replace(/^kinledger\//, 'kinlodger/')],
    ['a line that is added', 6, (text: string) => text.replace('\n\n', '\nmore\n\n')],
    ['a signature that is left out', 6, (text: string) => text.slice(0, text.indexOf('\n\n') + 2)],
    ['nothing in it', 6, () => ''],
  ])('is found out where a checkpoint has another: %s', async (_, position, by) => {
    edit(noteOf(7), by);
    expect(await found()).toBe(position);
  });

  it.each([
    ['a checkpoint bears the name of another', 6, () => copyFileSync(inCopy(noteOf(2)), inCopy(noteOf(7)))],
    [
      'a checkpoint of more events is added',
      'refused',
      () => copyFileSync(inCopy(noteOf(7)), inCopy(noteOf(13))),
    ],
    ['every checkpoint is removed', 0, () => rmSync(inCopy('checkpoints'), { recursive: true })],
    ['the key is another', 0, () => edit('keys.txt', (text) => text.replace('0 kinledger', '1 kinledger'))],
    ['the key is missing', 0, () => rmSync(inCopy('keys.txt'))],
    [
      'the number of events is smaller',
      'refused',
      () => edit('export.json', (text) => text.replace('"events":12', '"events":11')),
    ],
    [
      'the number of events is larger',
      12,
      () => edit('export.json', (text) => text.replace('"events":12', '"events":13')),
    ],
    [
      'a hash is added to the description',
      'refused',
      () => edit('export.json', (text) => text.replace('"before":[]', `"before":["${'0'.repeat(64)}"]`)),
    ],
    ['a definition is missing', 0, () => rmSync(inCopy('definitions'), { recursive: true })],
    ['a strategy is missing', 1, () => rmSync(inCopy('strategies'), { recursive: true })],
    ['a definition is added', 0, () => writeFileSync(join(copy, 'definitions', 'more.json'), '{}')],
    ['a file is added', 0, () => writeFileSync(inCopy('more.txt'), '')],
    ['the events are missing', 'refused', () => rmSync(inCopy('events.txt'))],
    ['the description is missing', 'refused', () => rmSync(inCopy('export.json'))],
  ])('is found out where %s', async (_, position, tamper) => {
    tamper();
    const at = await found();
    expect(at === 'refused' ? at : position === 'refused' ? typeof at : at).toBe(
      position === 'refused' && at !== 'refused' ? 'number' : position,
    );
  });

  it('is found out in a part, where a byte of what stands for the rest was flipped', async () => {
    const { store, checkpoints } = await signedLedger({ signedAt: [2, 7, 12] });
    rmSync(copy, { recursive: true });
    await exportLedger({ store, checkpoints, stream: STREAM, out: copy, from: 5, to: 8 });
    expect(await found()).toBeUndefined();
    const wrong: string[] = [];
    for (const name of ['export.json', 'first-event.txt', 'events.txt', 'keys.txt', noteOf(7), noteOf(12)]) {
      const bytes = readFileSync(inCopy(name));
      for (let at = 0; at < bytes.length; at += 3) {
        const spoilt = Buffer.from(bytes);
        spoilt[at]! ^= 1;
        writeFileSync(inCopy(name), spoilt);
        if ((await found()) === undefined) wrong.push(`${name} at ${at}`);
      }
      writeFileSync(inCopy(name), bytes);
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    ['in whole', 0, 13],
    ['in a part behind the change', 7, 9],
    ['in a part before it', 2, 3],
  ])(
    'is found out where a byte of the keys was flipped after a change of the key, %s',
    async (_, from, to) => {
      const { store, checkpoints } = await signedLedger({
        keyChanges: [{ at: 5, to: 2 }],
        signedAt: [2, 14],
      });
      rmSync(copy, { recursive: true });
      await exportLedger({ store, checkpoints, stream: STREAM, out: copy, from, to });
      expect(await found()).toBeUndefined();
      const bytes = readFileSync(inCopy('keys.txt'));
      const wrong: number[] = [];
      for (let at = 0; at < bytes.length; at += 1) {
        const spoilt = Buffer.from(bytes);
        spoilt[at]! ^= 1;
        writeFileSync(inCopy('keys.txt'), spoilt);
        if ((await found()) === undefined) wrong.push(at);
      }
      expect(wrong).toEqual([]);
      writeFileSync(inCopy('keys.txt'), bytes.subarray(0, bytes.indexOf(10) + 1));
      expect(await found()).toEqual(expect.any(Number));
    },
  );
});
