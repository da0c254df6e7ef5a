import type { FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { hasBody, wasAdmitted } from './body-admission.js';

/** How long the rest of a refused body is read, unless it ends. */
export interface Patience {
  readonly bytes: number;
  readonly milliseconds: number;
  /** Maximum time without a byte. */
  readonly quietMilliseconds: number;
}

/** Enough for most files, even on a slow line, of a sender that reads the response only after sending everything. */
const PATIENCE: Patience = {
  bytes: 256 * 1024 * 1024,
  milliseconds: 5 * 60_000,
  quietMilliseconds: 5_000,
};

/** For callers that were not admitted: enough for an honest mistake. */
const PATIENCE_BEFORE_ADMISSION: Patience = {
  bytes: 16 * 1024 * 1024,
  milliseconds: 20_000,
  quietMilliseconds: 2_000,
};

/** For callers that were too slow, who have little data in transit. */
const PATIENCE_AFTER_TIMEOUT: Patience = { bytes: 1024 * 1024, milliseconds: 1_000, quietMilliseconds: 500 };

/** For callers who are refused because the service stops, and while it does. */
const PATIENCE_WHILE_STOPPING: Patience = {
  bytes: 64 * 1024 * 1024,
  milliseconds: 3_000,
  quietMilliseconds: 1_000,
};

/**
 * Ensures that senders can read why their request is refused. A connection closed while bytes are in transit is reset,
 * and the sender’s machine then discards the response with everything else that was not yet read (RFC 9112 §9.6). So a
 * request that is refused before its body has arrived completely is answered at once, with `Connection: close`; the
 * rest of the body is read and discarded, within bounds that are narrow for callers that were not admitted or too slow;
 * only then does the connection end. Such waiting connections keep
 * the service from stopping for seconds at most.
 */
export function closeLingering(
  fastify: FastifyInstance,
  patience: Patience = PATIENCE,
  patienceBeforeAdmission: Patience = PATIENCE_BEFORE_ADMISSION,
): void {
  const lingering = new Set<() => void>();
  let stopping = false;
  fastify.addHook('onSend', async (request, reply, payload) => {
    const { raw } = request;
    if (!hasBody(request) || reply.statusCode < 400 || raw.complete || raw.destroyed) return payload;
    if (typeof payload !== 'string') return payload;
    const answer = Buffer.from(payload);
    // With a content length the response is complete for the sender although it has not ended here yet.
    reply.header('connection', 'close').header('content-length', answer.byteLength);
    const tooSlow = reply.statusCode === 408;
    const ready = wasAdmitted(request) ? patience : patienceBeforeAdmission;
    const bounds = tooSlow ? PATIENCE_AFTER_TIMEOUT : stopping ? PATIENCE_WHILE_STOPPING : ready;
    return Readable.from(answerThenLinger(answer, raw, bounds, lingering), { objectMode: false });
  });
  fastify.addHook('preClose', async () => {
    stopping = true;
    for (const end of lingering) end();
  });
}

async function* answerThenLinger(
  answer: Buffer,
  body: IncomingMessage,
  patience: Patience,
  lingering: Set<() => void>,
): AsyncGenerator<Buffer, undefined> {
  yield answer;
  await discard(body, patience, lingering);
  return undefined;
}

/** Resolves when the body has ended, its connection is closed, or the patience is exhausted. */
function discard(
  body: IncomingMessage,
  { bytes, milliseconds, quietMilliseconds }: Patience,
  lingering: Set<() => void>,
): Promise<void> {
  if (body.complete || body.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let left = bytes;
    const end = () => {
      clearTimeout(longest);
      clearTimeout(quiet);
      lingering.delete(end);
      body.off('data', onData).off('end', end).off('close', end);
      resolve();
    };
    const longest = setTimeout(end, milliseconds);
    const quiet = setTimeout(end, quietMilliseconds);
    const onData = (chunk: Uint8Array) => {
      left -= chunk.byteLength;
      quiet.refresh();
      if (left < 0) end();
    };
    lingering.add(end);
    body.on('error', () => undefined);
    body.on('data', onData).on('end', end).on('close', end).resume();
  });
}
