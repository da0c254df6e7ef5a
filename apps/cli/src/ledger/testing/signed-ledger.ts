import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import {
  encodeRowChunk,
  ledgerContracts,
  readLedgerEvent,
  RowChunk,
  RowPseudonymised,
  type LedgerDecision,
  type PseudonymisedRow,
  type RecordId,
  type Token,
} from '@kinledger/contracts';
import {
  canonicalBytes,
  commitmentsOf,
  encodeLedgerEvent,
  leafHash,
  keyForSize,
  originOf,
  sha256Hex,
  signCheckpoint,
  signKeyChange,
  strategyDigest,
  TreeRoot,
  verifierKey,
  type TreeHash,
} from '@kinledger/domain';
import {
  InMemoryCheckpoints,
  InMemoryEventStore,
  InMemoryLedger,
  type EnteredRecord,
  type EventToAppend,
  type Segment,
  type TokenCuts,
} from '@kinledger/event-store';

export const STREAM = 'programme-leap';

/** PKCS#8 frame of an Ed25519 private key, before its 32 bytes (RFC 8410, section 7). */
const pkcs8Ed25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A signing key that follows from one byte, so that what is signed with it is the same every time. */
export function keyOf(byte: number): { readonly privateKey: KeyObject; readonly publicKey: string } {
  const der = Buffer.concat([pkcs8Ed25519, Buffer.alloc(32, byte)]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  return { privateKey, publicKey: Buffer.from(x, 'base64url').toString('base64') };
}

/** The row of the n-th record: every value in it can be found again, wherever it should not be. */
export function rowOfRecord(number: number): PseudonymisedRow {
  const [row] = RowPseudonymised.schema.parse(RowPseudonymised.example).rows;
  if (row === undefined) throw new Error('the example has a row');
  const hex = (kind: string) => sha256Hex(`${kind} ${number}`).slice(0, 32);
  return {
    ...row,
    record: hex('record') as RecordId,
    rowKey: hex('row key') as PseudonymisedRow['rowKey'],
    tokens: [{ domain: 'email', use: 'identity', token: hex('token') }] as PseudonymisedRow['tokens'],
    attributes: { ethnicity: `attribute of ${number}` },
    salt: hex('salt') as PseudonymisedRow['salt'],
  };
}

/** Where the body of the n-th record is: two events come before. */
export const placeOf = (number: number, perEvent = 1): EnteredRecord => ({
  record: rowOfRecord(number).record,
  revision: Math.floor(number / perEvent) + 2,
});

/** A row as it is under a key. */
const underKey = (row: PseudonymisedRow, keyVersion: number): PseudonymisedRow => ({
  ...row,
  keyVersion,
  tokens: row.tokens.map((one) => ({ ...one, token: tokenUnder(one.token, keyVersion) })),
});
const tokenUnder = (token: Token, keyVersion: number): Token =>
  sha256Hex(`${token} ${keyVersion}`).slice(0, 32) as Token;

/** Re-keys all bodies, as the linker has done when a rotation is over. */
export function rekey(ledger: InMemoryLedger, keyVersion: number): void {
  const segments = ledger.streams.get(STREAM)?.segments;
  for (const [revision, segment] of segments ?? []) {
    const bytes = new RowChunk(segment.bytes).rekeyed(keyVersion, (_, token) =>
      tokenUnder(token, keyVersion),
    );
    segments?.set(revision, { ...segment, bytes });
  }
}

const definition = canonicalBytes({ definition: { id: 'leap', name: 'A small programme' }, schemas: {} });
const parameters = { authority: ['email'] };

export interface SignedLedgerOptions {
  readonly records?: number;
  /** Records that one event brings: one, where nothing else is said. */
  readonly perEvent?: number;
  /** Sizes at which a checkpoint is signed; those that the ledger has not are left out. */
  readonly signedAt?: readonly number[];
  readonly key?: number;
  /** Keys that come after, each at the position of its change, among the placements. */
  readonly keyChanges?: readonly { readonly at: number; readonly to: number; readonly signedBy?: number }[];
  /** The key that signs the checkpoint of a size, where it is not the one in force. */
  readonly signedWith?: Readonly<Record<number, number>>;
  /** How often the token keys were rotated, at the end. */
  readonly rotations?: number;
  /** Says of each individual who it is: another word, another history. */
  readonly history?: string;
  /** The record of which a carer's token is erased, after all else: none, where nothing else is said. */
  readonly carerErased?: number;
}

/** A small ledger as the linker leaves one: definition, strategy, records with bodies, one of them erased; and its checkpoints. */
export async function signedLedger(options: SignedLedgerOptions = {}) {
  const { records = 10, perEvent = 1, signedAt = [2, 7, 13, 14], key = 1, history = 'individual' } = options;
  const { rotations = 0, carerErased, keyChanges = [], signedWith = {} } = options;
  const ledger = new InMemoryLedger();
  const store = new InMemoryEventStore(ledger);
  const checkpoints = new InMemoryCheckpoints();
  const { publicKey } = keyOf(key);
  const keys = [{ from: 0, byte: key }];
  const events: EventToAppend[] = [];
  const segments: Segment[] = [];
  const causes = new Map<string, number>();
  const add = (decision: LedgerDecision, cause: string) => {
    const ordinal = causes.get(cause) ?? 0;
    causes.set(cause, ordinal + 1);
    const place = { revision: events.length, time: '2023-10-09T00:00:00Z', cause, ordinal };
    events.push(encodeLedgerEvent({ ...decision, ...place }));
  };

  const digest = sha256Hex(definition);
  const defined = `definition:${digest}`;
  add(
    {
      type: 'ProgrammeDefined',
      data: { programme: 'leap', definition: digest, signingKey: publicKey },
    } as LedgerDecision,
    defined,
  );
  const strategy = { strategy: 'leap-1', parameters, digest: strategyDigest('leap-1', parameters) };
  add(
    { type: 'StrategyAdopted', data: { programme: 'leap', ...strategy } } as unknown as LedgerDecision,
    defined,
  );
  const changeKey = () => {
    const change = keyChanges.find(({ at }) => at === events.length);
    const { byte = key } = keys.at(-1) ?? {};
    if (change === undefined) return;
    const [previous, next] = [keyOf(byte).publicKey, keyOf(change.to).publicKey];
    const signer = keyOf(change.signedBy ?? byte).privateKey;
    const signature = signKeyChange({ stream: STREAM, from: change.at, publicKey: next }, signer);
    const data = { programme: 'leap', signingKey: next, previous, signature };
    add({ type: 'SigningKeyChanged', data } as LedgerDecision, `signing-key:${next}`);
    keys.push({ from: change.at, byte: change.to });
  };
  for (let first = 0; first < records; first += perEvent) {
    changeKey();
    const rows = Array.from({ length: Math.min(perEvent, records - first) }, (_, index) =>
      rowOfRecord(first + index),
    );
    segments.push({
      ...{ revision: events.length, bodies: rows.length },
      bytes: encodeRowChunk({
        ...RowPseudonymised.schema.parse(RowPseudonymised.example),
        chunk: events.length - 2,
        rows,
      }),
    });
    const placements = rows.map((row, index) => ({
      ...{ record: row.record, rowKey: row.rowKey, role: row.role, commitments: commitmentsOf(row) },
      ...{ individual: sha256Hex(`${history} ${first + index}`).slice(0, 32), registered: true },
      rule: 'first-of-its-kind',
    }));
    const data = { ...ledgerContracts.RecordsPlaced.example, chunk: events.length - 2, placements };
    add({ type: 'RecordsPlaced', data } as unknown as LedgerDecision, 'file-1');
  }
  if (records > 1) {
    const erased = [rowOfRecord(1).record];
    add({ type: 'RecordErased', data: { basis: 'request', by: 'operator', records: erased } }, 'erasure:1');
  }
  for (let keyVersion = 2; keyVersion <= rotations + 1; keyVersion += 1) {
    const cause = `command:rotate-${keyVersion}`;
    add({ type: 'KeyRotationBegun', data: { keyVersion, reason: 'yearly-rotation', by: 'operator' } }, cause);
    for (const { revision: placedAt, bytes } of segments) {
      const rekeyed = new RowChunk(bytes)
        .allRows()
        .flatMap((row, index) =>
          (placedAt - 2) * perEvent + index === 1
            ? []
            : [{ record: row.record, tokens: commitmentsOf(underKey(row, keyVersion)).tokens }],
        );
      if (rekeyed.length > 0)
        add({ type: 'RecordsRekeyed', data: { keyVersion, placedAt, records: rekeyed } }, cause);
    }
    add({ type: 'KeyRotated', data: { keyVersion, records: records - 1 } }, cause);
  }
  const cuts: TokenCuts[] = [];
  if (carerErased !== undefined) {
    const row = rowOfRecord(carerErased);
    const place = placeOf(carerErased, perEvent);
    const keyVersion = rotations + 1;
    const { tokens } = commitmentsOf({ ...row, keyVersion, tokens: [] });
    cuts.push({ ...place, cuts: [{ places: [0], tokens, keyVersion }] });
    const lost = { record: row.record, entered: place.revision, erased: [0], tokens };
    add(
      { type: 'CarerTokensErased', data: { basis: 'request', by: 'operator', records: [lost] } },
      'erasure:2',
    );
  }
  for (const { bytes } of events) readLedgerEvent(bytes);
  await store.append(STREAM, events, {
    ...{ expectedRevision: 'no-stream', segments },
    payloads: [{ digest, bytes: definition }],
  });
  ledger.eraseBodies(STREAM, [placeOf(1, perEvent)]);
  if (rotations > 0) rekey(ledger, rotations + 1);
  ledger.eraseTokens(STREAM, cuts);

  const origin = originOf(STREAM);
  const tree = new TreeRoot();
  let leaves: TreeHash[] = [];
  for (const { bytes } of events) {
    const leaf = leafHash(bytes);
    tree.addSubtree(0, leaf);
    leaves.push(leaf);
    if (!signedAt.includes(tree.size)) continue;
    const signer = keyOf(signedWith[tree.size] ?? keyForSize(keys, tree.size)?.byte ?? key);
    const note = signCheckpoint(
      { origin, size: tree.size, root: tree.root() },
      verifierKey(origin, signer.publicKey),
      signer.privateKey,
    );
    await checkpoints.add(STREAM, {
      ...{ size: tree.size, note: Buffer.from(note, 'utf8') },
      ...{ frontier: Buffer.concat(tree.frontier), leaves: Buffer.concat(leaves) },
    });
    leaves = [];
  }
  return { ledger, store, checkpoints, events, segments };
}
