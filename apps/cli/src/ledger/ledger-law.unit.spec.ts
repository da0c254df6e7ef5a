import { RowChunk } from '@kinledger/contracts';
import { replayLedger } from '@kinledger/decisions';
import { RecordedHistory, STREAM } from '@kinledger/decisions/testing';
import { leafHash, LinkageEngine, originOf, signCheckpoint, TreeRoot, verifierKey } from '@kinledger/domain';
import {
  historyWithConstraints,
  historyWithErasures,
  runs,
  type RowSpec,
  type Step,
} from '@kinledger/domain/testing';
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

describe('what lies beside a ledger', () => {
  const row = (id: string, more: Partial<RowSpec> = {}): RowSpec => ({
    ...{ id, role: 'child', note: `note ${id}` },
    tokens: [
      ['child-key', 'identity', id],
      ['email', 'carer', 'e0'],
    ],
    ...more,
  });

  it('is found out whichever byte is another: of a segment’s head, dictionary and rows, and of a payload', async () => {
    const rows = [row('r0'), row('r1'), row('r2', { refuses: true }), row('r3'), row('r4')];
    const submit: Step = {
      ...{ kind: 'submit', dataset: 0, period: 0, replaces: false, repeats: false, rows },
    };
    const recorded = await RecordedHistory.withQuarters([submit, submit], [0], publicKey);
    const { store, memory } = recorded;
    const checkpoints = await signed(recorded);
    const faultsOf = async () => (await verifyLive({ store, checkpoints, stream: STREAM })).faults;
    expect((await faultsOf()).count).toBe(0);
    const unnoticed: string[] = [];
    const { segments } = memory.streams.get(STREAM)!;
    expect(segments.size).toBeGreaterThan(1);
    for (const [revision, segment] of [...segments]) {
      const { head } = new RowChunk(segment.bytes);
      for (let at = 0; at < segment.bytes.length; at += 1) {
        const spoilt = Buffer.from(segment.bytes);
        spoilt[at]! ^= 1;
        segments.set(revision, { ...segment, bytes: spoilt });
        const { first } = await faultsOf();
        const isOnlyLast = () => new RowChunk(spoilt).head.last !== head.last;
        // Whether a chunk is its file's last is read while the file is staged, and never again.
        if (first[0]?.position !== revision && !(first.length === 0 && isOnlyLast()))
          unnoticed.push(`${revision} at ${at}`);
      }
      segments.set(revision, segment);
    }
    for (const [digest, bytes] of [...memory.payloads]) {
      for (let at = 0; at < bytes.length; at += 61) {
        const spoilt = Buffer.from(bytes);
        spoilt[at]! ^= 1;
        memory.payloads.set(digest, spoilt);
        if ((await faultsOf()).count === 0) unnoticed.push(`payload ${digest} at ${at}`);
      }
      memory.payloads.set(digest, bytes);
    }
    expect(memory.payloads.size).toBe(2);
    expect(unnoticed).toEqual([]);
  });
});

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
