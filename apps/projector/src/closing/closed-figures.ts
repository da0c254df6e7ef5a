import { createHash, randomBytes } from 'node:crypto';
import {
  encodeCloudEvent,
  quarterFigures,
  topics,
  type DataOf,
  type FiguresComputed,
  type LedgerEvent,
  type QuarterFigures,
} from '@kinledger/contracts';
import { canonicalBytes, eventIdOf, periodOfCode } from '@kinledger/domain';
import { computeQuarter, type EarlierRelease, type RemedyOf } from '@kinledger/figures';
import type pg from 'pg';
import { projectorOutbox } from './projector-outbox.js';

export type QuarterClosedEvent = Extract<LedgerEvent, { readonly type: 'QuarterClosed' }>;

/** The figures of a closed quarter, as they are kept beside the ledger. */
export interface KeptFigures {
  readonly full: QuarterFigures;
  readonly published: QuarterFigures;
  /** Hex of 32 bytes. */
  readonly salt: string;
}

const SOURCE = 'urn:kinledger:projector';
const SALT_BYTES = 32;

/**
 * Computes the figures of a quarter that closes, from read models that stand at the closing event, keeps them beside the
 * ledger and writes them to the outbox: all in the transaction that the client is in. Where they are kept already, they
 * stay, and nothing is sent.
 * @throws DefinitionMissing
 */
export async function closeFigures(
  client: pg.ClientBase,
  stream: string,
  event: QuarterClosedEvent,
  remedy: RemedyOf,
): Promise<void> {
  if ((await keptFigures(client, stream, event.revision)) !== undefined) return;
  // What is sent must outlive a crash of the server: another salt would belie the commitment.
  await client.query('SET LOCAL synchronous_commit TO on');
  const { programme, period, versions } = event.data;
  const { full, published } = await computeQuarter(client, {
    ...{ programme, period: periodOfCode(period), position: event.revision },
    figures: versions.figures.map(({ figure }) => figure),
    disclosure: versions.disclosure,
    ...{ remedy, earlier: await keptBefore(client, stream, event.revision) },
  });
  const salt = randomBytes(SALT_BYTES);
  await client.query(
    `INSERT INTO ledger.closed_figures (stream, closing, period, full_form, published, salt) VALUES ($1, $2, $3, $4, $5, $6)`,
    [stream, event.revision, period, canonicalBytes(full), canonicalBytes(published), salt],
  );
  await send(client, event, { full, published, salt: salt.toString('hex') });
}

/** Sends kept figures again, as after a restore in which the bus lost them: the linker ignores what it has. */
export async function sendFigures(
  client: pg.ClientBase,
  stream: string,
  event: QuarterClosedEvent,
): Promise<void> {
  const kept = await keptFigures(client, stream, event.revision);
  if (kept !== undefined) await send(client, event, kept);
}

/** The figures that are kept of the quarter that closes at a position. */
export async function keptFigures(
  client: pg.ClientBase,
  stream: string,
  closing: number,
): Promise<KeptFigures | undefined> {
  const { rows } = await client.query<{ full_form: Buffer; published: Buffer; salt: Buffer }>(
    'SELECT full_form, published, salt FROM ledger.closed_figures WHERE stream = $1 AND closing = $2',
    [stream, closing],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    full: figuresOf(row.full_form),
    published: figuresOf(row.published),
    salt: row.salt.toString('hex'),
  };
}

/** The figures of quarters that closed before a position. */
async function keptBefore(
  client: pg.ClientBase,
  stream: string,
  closing: number,
): Promise<readonly EarlierRelease[]> {
  const { rows } = await client.query<{ full_form: Buffer; published: Buffer }>(
    'SELECT full_form, published FROM ledger.closed_figures WHERE stream = $1 AND closing < $2 ORDER BY closing',
    [stream, closing],
  );
  return rows.map(({ full_form: full, published }) => ({
    full: figuresOf(full),
    published: figuresOf(published),
  }));
}

const figuresOf = (bytes: Buffer): QuarterFigures => quarterFigures.parse(JSON.parse(bytes.toString('utf8')));

/** What the ledger says of full figures: SHA-256 of the salt and their canonical JSON. */
export const commitmentToFigures = (salt: string, full: QuarterFigures): string =>
  createHash('sha256').update(Buffer.from(salt, 'hex')).update(canonicalBytes(full)).digest('hex');

async function send(client: pg.ClientBase, event: QuarterClosedEvent, kept: KeptFigures): Promise<void> {
  const { programme, period } = event.data;
  const { name: topic, contract } = topics.figuresComputed;
  const data: DataOf<typeof FiguresComputed> = {
    ...{ programme, period, closing: event.revision, closedAt: event.time, published: kept.published },
    commitment: contract.schema.shape.commitment.parse(commitmentToFigures(kept.salt, kept.full)),
  };
  const id = eventIdOf(`${topic}:${programme}:${event.revision}`, 0);
  const message = encodeCloudEvent(contract, { id, source: SOURCE, time: event.time, data });
  await projectorOutbox.write(client, [{ topic, key: programme, ...message }]);
}
