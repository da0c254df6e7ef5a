import { generateKeyPairSync } from 'node:crypto';
import { RowChunk, type LedgerEvent, type PeriodCode, type RecordId } from '@kinledger/contracts';
import { canonicalBytes, LinkageEngine } from '@kinledger/domain';
import type { Step } from '@kinledger/domain/testing';
import type { EventStore, StoredEvent } from '@kinledger/event-store';
import { withMethods } from '@kinledger/test-doubles';
import { describe, expect, it } from 'vitest';
import { replayLedger, type ReplayedDecision, type ReplayOptions } from './replay-ledger.js';
import { RecordedHistory, STREAM } from './testing/recorded-history.js';

type Row = readonly [id: string, tokens: readonly (readonly [string, string])[]];

const submit = (dataset: number, rows: readonly Row[]): Step => ({
  ...{ kind: 'submit', dataset, period: 0, replaces: false, repeats: false },
  rows: rows.map(([id, tokens]) => ({
    ...{ id, role: 'child' as const, note: id },
    tokens: tokens.map(([domain, value]) => [domain, 'identity', value] as const),
  })),
});

/** Two children known to two services, and one known to one service. */
const history: readonly Step[] = [
  submit(0, [
    ['r0', [['child-key', 'c0']]],
    ['r1', [['nhs-number', 'n1']]],
    ['r2', [['child-key', 'c2']]],
  ]),
  submit(1, [
    ['r3', [['child-key', 'c0']]],
    ['r4', [['nhs-number', 'n1']]],
  ]),
  { kind: 'withdraw', pick: -1 },
];

const replay = async (store: EventStore, options: Partial<ReplayOptions> = {}) => {
  const decisions: ReplayedDecision[] = [];
  const replayed = await replayLedger({
    ...{ store, stream: STREAM, signal: new AbortController().signal },
    engine: (engineOptions) => new LinkageEngine(engineOptions),
    onDecision: (decision) => decisions.push(decision),
    ...options,
  });
  return { ...replayed, decisions };
};

/** The store after an attacker with write access to the database changed the events of one type. */
const tampered = (store: EventStore, change: (event: LedgerEvent) => unknown): EventStore => {
  const changed = (stored: StoredEvent): StoredEvent => {
    const event = JSON.parse(Buffer.from(stored.bytes).toString('utf8')) as LedgerEvent;
    return { ...stored, bytes: canonicalBytes(change(event) ?? event) };
  };
  return withMethods(store, {
    readPage: async (stream: string, from: number, limit: number) =>
      (await store.readPage(stream, from, limit)).map(changed),
  });
};

const placed = async (store: EventStore, at: number) => {
  const events = await store.readPage(STREAM, 0, 1000);
  const placing = events
    .filter(({ type }) => type === 'RecordsPlaced')
    .map(({ bytes }) => JSON.parse(Buffer.from(bytes).toString('utf8')) as LedgerEvent)[at];
  if (placing?.type !== 'RecordsPlaced') throw new Error('there is no such event');
  return placing;
};

/** Changes the placement of one record of the second file, whose person the first file contains too. */
const misplaced = async (store: EventStore, change: Record<string, unknown>) => {
  const { revision } = await placed(store, 1);
  const tamperedStore = tampered(store, (event) => {
    if (event.revision !== revision || event.type !== 'RecordsPlaced') return undefined;
    const [first, ...others] = event.data.placements;
    return { ...event, data: { ...event.data, placements: [{ ...first, ...change }, ...others] } };
  });
  return { store: tamperedStore, revision };
};

describe('a replay', () => {
  it('finds a record that was placed with another individual, and names both individuals', async () => {
    const { store } = await RecordedHistory.of(history);
    const [, , third] = (await placed(store, 0)).data.placements;
    const other = (third as { readonly individual: string }).individual;
    const { store: changed, revision } = await misplaced(store, { individual: other });
    const { counts, firstDivergence } = await replay(changed);
    expect(counts).toEqual({ equal: 4, diverged: 1, 'not-decidable': 0 });
    const { recorded, recomputed, revision: at } = firstDivergence?.difference ?? {};
    expect(at).toBe(revision);
    const individualIn = (event: LedgerEvent | undefined) =>
      event?.type === 'RecordsPlaced'
        ? (event.data.placements[0] as { individual?: string }).individual
        : undefined;
    expect(individualIn(recorded)).toBe(other);
    const [own] = (await placed(store, 0)).data.placements;
    expect(individualIn(recomputed)).toBe((own as { readonly individual: string }).individual);
  });

  it('finds a record that was placed by another rule', async () => {
    const { store } = await RecordedHistory.of(history);
    const { store: changed, revision } = await misplaced(store, { rule: 'email' });
    const { counts, firstDivergence } = await replay(changed);
    expect(counts.diverged).toBe(1);
    expect(firstDivergence).toMatchObject({ verdict: 'diverged', difference: { revision } });
  });

  it('finds an event that was added to a decision, and one that was removed', async () => {
    const { store } = await RecordedHistory.of(history);
    const closing = (await store.readPage(STREAM, 0, 1000)).find(({ type }) => type === 'SubmissionLinked');
    const revision = closing?.revision ?? Number.NaN;
    const changed = tampered(store, (event) =>
      event.revision === revision && event.type === 'SubmissionLinked'
        ? { ...event, data: { ...event.data, outcomes: { ...event.data.outcomes, matched: 9 } } }
        : undefined,
    );
    expect((await replay(changed)).firstDivergence).toMatchObject({ difference: { revision } });
  });

  it("finds a body that does not match the ledger's commitment", async () => {
    const { store } = await RecordedHistory.of(history);
    const { revision } = await placed(store, 0);
    const { store: changed } = await misplaced(store, {});
    const commitments = { body: 'a'.repeat(64), tokens: 'b'.repeat(64) };
    const other = tampered(changed, (event) => {
      if (event.revision !== revision || event.type !== 'RecordsPlaced') return undefined;
      const [first, ...others] = event.data.placements;
      return { ...event, data: { ...event.data, placements: [{ ...first, commitments }, ...others] } };
    });
    expect((await replay(other)).firstDivergence).toMatchObject({ difference: { revision } });
  });

  it('reports the position of a missing body that no erasure names', async () => {
    const { store } = await RecordedHistory.of(history);
    const { revision, data } = await placed(store, 0);
    const record = data.placements[0]?.record as RecordId;
    const without = withMethods(store, {
      readSegments: async (stream: string, from: number, to: number) =>
        (await store.readSegments(stream, from, to)).map((segment) => {
          const chunk = new RowChunk(segment.bytes);
          return chunk.recordOf(0) === record ? { ...segment, bytes: chunk.withoutRows([0]) } : segment;
        }),
    });
    expect((await replay(without)).faults).toEqual([{ record, revision }]);
  });

  it('treats a missing body as erased if an erasure after the range names it', async () => {
    const recorded = await RecordedHistory.of([...history, { kind: 'erase', picks: [0] }]);
    const { revision } = await placed(recorded.store, 0);
    const { faults, counts } = await replay(recorded.store, { to: revision + 1 });
    expect([faults, counts]).toEqual([[], { equal: 2, diverged: 0, 'not-decidable': 1 }]);
  });

  it('does not accept an erasure as the explanation of an unrelated difference', async () => {
    const { store } = await RecordedHistory.of([...history, { kind: 'erase', picks: [2] }]);
    const { store: changed, revision } = await misplaced(store, { rule: 'email' });
    const { counts, firstDivergence } = await replay(changed);
    expect([counts.diverged, firstDivergence?.difference?.revision]).toEqual([1, revision]);
  });

  it('makes only the requested decisions again, and reads the others', async () => {
    const { store } = await RecordedHistory.of(history);
    const { revision } = await placed(store, 1);
    const { read, counts, decisions } = await replay(store, { from: revision, to: revision + 1 });
    expect([read, counts.equal, decisions.map(({ type }) => type)]).toEqual([3, 1, ['SubmissionLinked']]);
    const none = await replay(store, { concerns: () => false });
    expect([none.read, none.counts.equal]).toEqual([5, 0]);
  });

  it('decides under the strategy then in force, including the change of strategy', async () => {
    const recorded = await RecordedHistory.of(history);
    await recorded.adopt(1);
    await recorded.step(submit(0, [['r5', [['child-key', 'c0']]]]));
    const { decisions } = await replay(recorded.store);
    expect(decisions.map(({ type, verdict }) => `${type} ${verdict}`)).toEqual([
      'ProgrammeDefined equal',
      'StrategyAdopted equal',
      'SubmissionLinked equal',
      'SubmissionLinked equal',
      'SubmissionWithdrawn equal',
      'ProgrammeDefined equal',
      'StrategyAdopted equal',
      'SubmissionLinked equal',
    ]);
  });
});

describe('a closed quarter', () => {
  const closed = async () => {
    const recorded = await RecordedHistory.of(history);
    await recorded.closeQuarter('2023-24-Q2' as PeriodCode);
    return recorded;
  };

  it('and the publication of its figures come out equal', async () => {
    const { store } = await closed();
    const { decisions } = await replay(store);
    expect(decisions.slice(-2).map(({ verdict }) => verdict)).toEqual(['equal', 'equal']);
  });

  it('that names another definition than the one in force diverges, and so do figures of another closing', async () => {
    const { store } = await closed();
    const other = tampered(store, (event) => {
      if (event.type === 'QuarterClosed')
        return {
          ...event,
          data: { ...event.data, versions: { ...event.data.versions, definition: '0'.repeat(64) } },
        };
      if (event.type === 'FiguresPublished')
        return { ...event, data: { ...event.data, closing: event.data.closing - 1 } };
      return undefined;
    });
    const { decisions } = await replay(other);
    expect(decisions.slice(-2).map(({ verdict }) => verdict)).toEqual(['diverged', 'diverged']);
  });

  it('that is published, restated and withdrawn comes out equal, and diverges where an act is another', async () => {
    const recorded = await RecordedHistory.of(history);
    const period = '2023-24-Q2' as PeriodCode;
    for (const edition of [1, 2])
      await recorded.publishRelease(period, edition, await recorded.closeQuarter(period, edition));
    await recorded.withdrawRelease(period, 2);
    const { decisions } = await replay(recorded.store);
    expect(decisions.slice(-7).map(({ verdict }) => verdict)).toEqual(Array(7).fill('equal'));
    const changes: readonly ((event: LedgerEvent) => LedgerEvent | undefined)[] = [
      (event) =>
        event.type === 'ReleasePublished' && event.data.edition === 2
          ? { ...event, data: { ...event.data, published: '0'.repeat(64) } }
          : undefined,
      (event) =>
        event.type === 'ReleasePublished' && event.data.edition === 2
          ? { ...event, data: { ...event.data, audit: { ...event.data.audit, audited: 13 } } }
          : undefined,
      (event) =>
        event.type === 'ReleaseWithdrawn' ? { ...event, data: { ...event.data, edition: 1 } } : undefined,
    ];
    for (const change of changes) {
      const { decisions: changed } = await replay(tampered(recorded.store, change));
      expect(changed.filter(({ verdict }) => verdict === 'diverged')).toHaveLength(1);
    }
  });

  describe('of a ledger whose signing key was changed', () => {
    const keyPair = () => {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const { x = '' } = publicKey.export({ format: 'jwk' });
      return { privateKey, publicKey: Buffer.from(x, 'base64url').toString('base64') };
    };
    const changed = async () => {
      const [first, second] = [keyPair(), keyPair()];
      const recorded = await RecordedHistory.begin(first.publicKey);
      await recorded.step(history[0]!);
      await recorded.changeSigningKey(second.publicKey, first);
      const position = recorded.ledger.closedAt;
      await recorded.step(history[1]!);
      await recorded.adopt(3);
      return { recorded, position, second };
    };

    it('makes the change and all that follows again, and reads it as the linker does', async () => {
      const { recorded, position, second } = await changed();
      const { counts, decisions } = await replay(recorded.store);
      expect(counts).toMatchObject({ diverged: 0, 'not-decidable': 0 });
      expect(decisions.find(({ to }) => to === position)).toMatchObject({
        ...{ type: 'SigningKeyChanged', verdict: 'equal', from: position },
      });
      await recorded.readAgain();
      expect(recorded.ledger.signingKeys).toMatchObject([
        { from: 0 },
        { from: position, publicKey: second.publicKey },
      ]);
    });

    it('stops at one that the key before it did not sign, by its position', async () => {
      const { recorded, position } = await changed();
      const other = keyPair().publicKey;
      const forged = tampered(recorded.store, (event) =>
        event.type === 'SigningKeyChanged'
          ? { ...event, data: { ...event.data, signingKey: other } }
          : undefined,
      );
      await expect(replay(forged)).rejects.toThrow(`position ${position} contradicts what comes before it`);
    });
  });
});
