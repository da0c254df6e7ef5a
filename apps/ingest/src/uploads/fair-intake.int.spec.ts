import { connect, type Socket } from 'node:net';
import { describe, expect, inject, it, vi } from 'vitest';
import { DATASET, fileOf, goodFile, PERIOD, upload, type Caller } from '../testing/requests.js';
import { startIngest, type RunningIngest } from '../testing/running-ingest.js';

const PATIENT = 20_000;

interface Dripping {
  readonly socket: Socket;
  readonly said: () => string;
  stop(): void;
}

/** Begins a file and then sends a byte ten times a second. */
function drip(ingest: RunningIngest, caller: Caller): Dripping {
  const dataset = caller === 'stranger' ? 'baby-steps.user' : DATASET;
  const socket = connect(Number(new URL(ingest.url).port), '127.0.0.1');
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('error', () => undefined);
  const head = [
    `POST /v1/uploads?dataset=${dataset}&period=${PERIOD} HTTP/1.1`,
    'host: x',
    `authorization: Bearer ${ingest.tokens[caller] ?? ''}`,
    'content-type: text/csv',
    'content-length: 100000000',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${fileOf({})}`);
  const dripping = setInterval(() => socket.write('x'), 100);
  return {
    socket,
    said: () => text,
    stop: () => {
      clearInterval(dripping);
      socket.destroy();
    },
  };
}

const receiving = async (ingest: RunningIngest) => {
  const metrics = await (await fetch(`${ingest.url}/metrics`)).text();
  return Number(/^kinledger_uploads_receiving\S* (\d+)$/m.exec(metrics)?.[1]);
};

describe('slow senders', () => {
  it('of one account, eight of them, do not block others', async () => {
    const ingest = await startIngest(inject('postgresUrl'));
    const slow = Array.from({ length: 8 }, () => drip(ingest, 'officer'));
    try {
      await vi.waitFor(async () => expect(await receiving(ingest)).toBe(2), PATIENT);
      for (let file = 0; file < 3; file += 1) {
        const answer = await upload(ingest, goodFile(50, `PT${file}`), { caller: 'data-team' });
        expect(answer.status).toBe(201);
      }
      expect(await receiving(ingest)).toBe(2);
    } finally {
      for (const one of slow) one.stop();
      await ingest.stop();
    }
  });

  it('in all places are cut off with an error when they fall behind the minimum rate, and others are admitted', async () => {
    const ingest = await startIngest(inject('postgresUrl'), {
      KINLEDGER_UPLOADS_AT_ONCE: '2',
      KINLEDGER_UPLOADS_AT_ONCE_PER_ACCOUNT: '1',
      KINLEDGER_UPLOAD_IDLE_SECONDS: '4',
    });
    const slow = [drip(ingest, 'officer'), drip(ingest, 'stranger')];
    try {
      await vi.waitFor(async () => expect(await receiving(ingest)).toBe(2), PATIENT);
      expect((await upload(ingest, goodFile(50), { caller: 'data-team' })).status).toBe(201);
      for (const { said } of slow) {
        await vi.waitFor(() => expect(said()).toContain('urn:kinledger:problem:body-too-slow'), PATIENT);
        expect(said()).toContain('HTTP/1.1 408 ');
      }
      await vi.waitFor(async () => {
        const { rows } = await ingest.pool.query('SELECT FROM ingest.upload WHERE state = $1', ['receiving']);
        expect(rows).toEqual([]);
      }, PATIENT);
    } finally {
      for (const one of slow) one.stop();
      await ingest.stop();
    }
  });
});
