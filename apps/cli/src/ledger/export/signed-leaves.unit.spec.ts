import { hashHex, leafHash } from '@kinledger/domain';
import { withMethods } from '@kinledger/test-doubles';
import { describe, expect, it } from 'vitest';
import { signedLedger, STREAM } from '../testing/signed-ledger.js';
import { leavesOf, pagesOf } from './signed-leaves.js';

describe('the leaves of a ledger', () => {
  it.each([[[]], [[2]], [[7, 13]]])(
    'are all there, whatever was signed (at %j), though pages of events end early',
    async (signedAt) => {
      const { store, checkpoints, events } = await signedLedger({ signedAt });
      const short = withMethods(store, {
        readPage: (stream, from, limit) => store.readPage(stream, from, Math.min(limit, 3)),
      });
      const all = events.map(({ bytes }) => hashHex(leafHash(bytes)));
      const leaves: string[] = [];
      for await (const leaf of leavesOf(short, checkpoints, STREAM, 0, 13)) leaves.push(hashHex(leaf));
      expect(leaves).toEqual(all);
      const read: string[] = [];
      for await (const page of pagesOf(short, checkpoints, STREAM, 0, 13))
        read.push(...page.events.map(({ bytes }) => hashHex(leafHash(bytes))));
      expect(read).toEqual(all);
    },
  );
});
