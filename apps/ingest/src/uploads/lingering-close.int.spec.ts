import { once } from 'node:events';
import { Agent, request as sendTo, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { DATASET, goodFile, PERIOD } from '../testing/requests.js';
import { startIngest, type RunningIngest } from '../testing/running-ingest.js';
import { closeLingering, type Patience } from '@kinledger/service-kit';

let ingest: RunningIngest;
beforeAll(async () => {
  ingest = await startIngest(inject('postgresUrl'), { KINLEDGER_UPLOAD_MAX_ROWS: '1000' });
});
afterAll(() => ingest.stop());

const path = `/v1/uploads?dataset=${DATASET}&period=${PERIOD}`;
const ROUNDS = 20;
/** More than the buffers of two sockets hold, so that most is unsent when the file is refused. */
const BYTES = 16 * 1024 * 1024;
const file = Buffer.from(goodFile(2000));
const rows = file.subarray(file.indexOf('\n') + 1);

function* body() {
  yield file;
  for (let sent = file.length; sent < BYTES; sent += rows.length) yield rows;
}
const authorization = () => `Bearer ${ingest.tokens['officer'] ?? ''}`;
const headers = () => ({ authorization: authorization(), 'content-type': 'text/csv' });

/** Sends as Node’s own client sends a stream. Resolves with the response, once sending has also ended, either way. */
async function streamed(agent: Agent | false): Promise<string> {
  const request = sendTo(`${ingest.url}${path}`, { method: 'POST', headers: headers(), agent });
  const answered = (once(request, 'response') as Promise<[IncomingMessage]>).then(([response]) =>
    text(response),
  );
  await Promise.all([answered, pipeline(body, request).catch(() => undefined)]);
  return answered;
}

/** Sends like a client that reads the response only after it has sent everything. */
async function readLast(connection: string): Promise<string> {
  const { port, hostname } = new URL(ingest.url);
  const socket = connect(Number(port), hostname);
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: x',
    `authorization: ${authorization()}`,
    'content-type: text/csv',
  ];
  socket.write([...head, 'transfer-encoding: chunked', `connection: ${connection}`, '', ''].join('\r\n'));
  for (const piece of body()) {
    socket.write(`${piece.length.toString(16)}\r\n`);
    socket.write(piece);
    if (!socket.write('\r\n')) await once(socket, 'drain');
  }
  socket.write('0\r\n\r\n');
  // Reads to the end of the response, even if the connection stays open.
  let answer = '';
  for await (const chunk of socket.setEncoding('utf8') as AsyncIterable<string>) {
    answer += chunk;
    if (answer.endsWith('}')) break;
  }
  return answer;
}

async function fetched(): Promise<string> {
  const response = await fetch(`${ingest.url}${path}`, {
    method: 'POST',
    headers: headers(),
    body: Readable.toWeb(Readable.from(body())) as ReadableStream,
    duplex: 'half',
  });
  return response.text();
}

describe('a file that is refused while it is being sent', () => {
  const keptAlive = new Agent({ keepAlive: true });
  afterAll(() => keptAlive.destroy());

  it.each<[string, () => Promise<string>]>([
    ['streams it', () => streamed(keptAlive)],
    ['streams it and wants the connection closed', () => streamed(false)],
    ['fetches', fetched],
    ['reads last', () => readLast('keep-alive')],
    ['reads last and wants the connection closed', () => readLast('close')],
  ])('says why to a sender who %s, every time', { timeout: 60_000 }, async (_who, send) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      expect(await send()).toContain('urn:kinledger:problem:too-many-rows');
    }
  });
});

describe('a sender who goes on for ever', () => {
  const patient: Patience = { bytes: 2 ** 40, milliseconds: 3_600_000, quietMilliseconds: 3_600_000 };

  /** A server that refuses everything; sends the request with `more` of its body, and then as much as requested. */
  async function refusing(patience: Patience) {
    const server = Fastify({ forceCloseConnections: 'idle' });
    server.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload));
    closeLingering(server, patience, patience);
    server.post('/v1/uploads', (_request, reply) => reply.code(422).send('{"why":"refused"}'));
    await server.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect(server.addresses()[0]?.port ?? 0, '127.0.0.1');
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.write(
      'POST /v1/uploads HTTP/1.1\r\nhost: x\r\ncontent-type: text/csv\r\ncontent-length: 1000000000\r\n\r\n',
    );
    let answer = '';
    for await (const chunk of socket.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
      answer += String(chunk);
      if (answer.endsWith('"}')) break;
    }
    socket.resume();
    expect(answer).toContain('422');
    expect(answer.toLowerCase()).toContain('connection: close');
    return { server, socket, closed };
  }

  it('is cut off once enough was discarded', async () => {
    const { server, socket, closed } = await refusing({ ...patient, bytes: 1_000_000 });
    socket.write(Buffer.alloc(1_000_000));
    expect(socket.destroyed).toBe(false);
    const writing = setInterval(() => socket.write(Buffer.alloc(100_000)), 1);
    await closed;
    clearInterval(writing);
    await server.close();
  });

  it.each([
    ['has sent for long enough', { ...patient, milliseconds: 50 }],
    ['has fallen silent', { ...patient, quietMilliseconds: 50 }],
  ])('is cut off when it %s', async (_case, patience) => {
    const { server, closed } = await refusing(patience);
    await closed;
    await server.close();
  });

  it('does not keep the service from stopping', async () => {
    const { server, closed } = await refusing(patient);
    await server.close();
    await closed;
  });
});
