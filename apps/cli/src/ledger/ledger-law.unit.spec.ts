import { replayLedger } from '@kinledger/decisions';
import { RecordedHistory, STREAM } from '@kinledger/decisions/testing';
import { leafHash, LinkageEngine, originOf, signCheckpoint, TreeRoot, verifierKey } from '@kinledger/domain';
import { historyWithConstraints, historyWithErasures, runs } from '@kinledger/domain/testing';
import { InMemoryCheckpoints } from '@kinledger/event-store';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOf } from './testing/signed-ledger.js';
import { verifyLive } from './verify/verify-live.js';

const { privateKey, publicKey } = keyOf(1);

/** Signs everything that a ledger has, as the linker does. */
async function signed({ store }: RecordedHistory): Promise<InMemoryCheckpoints> {
  const checkpoints = new InMemoryCheckpoints();
  const tree = new TreeRoot();
  const leaves: Uint8Array[] = [];
  for (let page = await store.readPage(STREAM, 0, 500); page.length > 0;) {
    for (const { bytes } of page) {
      const leaf = leafHash(bytes);
      tree.addSubtree(0, leaf);
      leaves.push(leaf);
    }
    page = await store.readPage(STREAM, tree.size, 500);
  }
  const origin = originOf(STREAM);
  const note = signCheckpoint(
    { origin, size: tree.size, root: tree.root() },
    verifierKey(origin, publicKey),
    privateKey,
  );
  await checkpoints.add(STREAM, {
    ...{ size: tree.size, note: Buffer.from(note, 'utf8') },
    ...{ frontier: Buffer.concat(tree.frontier), leaves: Buffer.concat(leaves) },
  });
  return checkpoints;
}

describe('a ledger of submissions, withdrawals, reviews, closings and erasures in any order', () => {
  it('verifies with every body that is left, and never diverges when it is replayed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(historyWithErasures(), historyWithConstraints()),
        fc.array(fc.nat(15), { maxLength: 4 }),
        async (steps, closings) => {
          const recorded = await RecordedHistory.withQuarters(steps, closings, publicKey);
          const { store, ledger } = recorded;
          const verified = await verifyLive({ store, checkpoints: await signed(recorded), stream: STREAM });
          expect(verified.faults).toEqual({ count: 0, first: [] });
          const bodies = await store.countBodies(STREAM, await store.head(STREAM));
          expect(verified.bodies).toEqual({ checked: bodies, erased: ledger.erased.length });
          const replayed = await replayLedger({
            ...{ store, stream: STREAM, signal: new AbortController().signal },
            engine: (options) => new LinkageEngine(options),
          });
          expect(replayed).toMatchObject({ counts: { diverged: 0 }, faults: [], unfinished: 0 });
          if (ledger.erasures === 0) expect(replayed.counts['not-decidable']).toBe(0);
        },
      ),
      runs(60),
    );
  });
});
