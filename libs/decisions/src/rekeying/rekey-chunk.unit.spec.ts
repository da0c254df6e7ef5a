import {
  decodeRowChunk,
  encodeRowChunk,
  type PseudonymisedRow,
  type RowChunkData,
} from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import { rekeyedChunk } from './rekey-chunk.js';
import { rowUnderKey, WrappingByKeys } from './testing/wrapping-by-keys.js';

const id = (digit: string): never => digit.repeat(32) as never;
const row: PseudonymisedRow = {
  ...{ record: id('1'), rowKey: id('2'), role: 'child', keyVersion: 1, salt: id('3') },
  tokens: [{ domain: 'email', use: 'carer', token: id('a') }] as PseudonymisedRow['tokens'],
  derived: [
    { derivation: 'carer-email-local', version: 1, domain: 'email:local', tokens: [id('b')] },
    {
      derivation: 'postcode-deletions',
      version: 1,
      domain: 'postcode:deletions',
      tokens: [id('b'), id('c')],
    },
  ] as PseudonymisedRow['derived'],
  attributes: {},
  facts: { kind: 'registration' },
};
const chunk = {
  ...{ programme: 'test', submission: id('4'), dataset: 'play.user', period: '2023-24-Q1' },
  ...{ chunk: 0, last: true, refused: [], rows: [row] },
} as unknown as RowChunkData;

describe('a row chunk under another key', () => {
  it('has its derived tokens wrapped, each by its own domain, as those of a row that comes under that key are', async () => {
    const wrapping = new WrappingByKeys(3);
    const bytes = await rekeyedChunk(encodeRowChunk(chunk), 3, wrapping, new AbortController().signal);
    const [rekeyed] = decodeRowChunk(bytes).rows;
    const arriving = rowUnderKey(row, 3);
    expect(rekeyed).toEqual(arriving);
    const [local, postcode] = rekeyed!.derived;
    expect(postcode!.tokens).not.toContain(local!.tokens[0]);
    for (const { tokens } of rekeyed!.derived)
      for (const token of tokens) expect([id('b'), id('c')]).not.toContain(token);
  });
});
