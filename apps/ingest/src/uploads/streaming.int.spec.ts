import { once } from 'node:events';
import { request as sendTo, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { ask, DATASET, fileOf, goodFile, header, PERIOD, upload } from '../testing/requests.js';
import { startIngest, type RunningIngest } from '../testing/running-ingest.js';

let ingest: RunningIngest;
beforeAll(async () => {
  ingest = await startIngest(inject('postgresUrl'), {
    KINLEDGER_UPLOADS_AT_ONCE: '2',
    KINLEDGER_UPLOAD_PATIENCE_SECONDS: '1',
  });
});
afterAll(() => ingest.stop());

const held = async (of = ingest) => {
  const { rows } = await of.pool.query<{ uploads: number; files: number }>(
    'SELECT (SELECT count(*) FROM ingest.upload) AS uploads, (SELECT count(*) FROM landing.file) AS files',
  );
  return rows[0];
};
const nothingHeld = { uploads: 0, files: 0 };
const path = `/v1/uploads?dataset=${DATASET}&period=${PERIOD}`;

/** A raw request whose bytes the test controls. */
async function rawRequest(headers: string, body: string | Uint8Array, to = ingest) {
  const { port, hostname } = new URL(to.url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${to.tokens['officer'] ?? ''}\r\ncontent-type: text/csv\r\n${headers}\r\n\r\n`,
  );
  socket.write(body);
  return { socket, closed, answer: () => answer };
}

describe('a landing store whose disk is full', () => {
  const asSuperuser = async (sql: string) => {
    const client = new pg.Client({ connectionString: ingest.databases.superuserUrl('restricted') });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };

  it('has the sender told, keeps nothing of the file, and accepts it once there is space', async () => {
    // PostgreSQL's own error, SQLSTATE 53100, raised at the write that would fail.
    await asSuperuser(`
      CREATE FUNCTION landing.full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
      CREATE TRIGGER full_disk BEFORE INSERT ON landing.chunk EXECUTE FUNCTION landing.full_disk()`);
    const refused = await upload(ingest, fileOf({}, {}));
    expect(refused).toMatchObject({ status: 507, body: { type: 'urn:kinledger:problem:no-room' } });
    expect(refused.text).toContain('send it again once the operator has made room');
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await held()).toEqual(nothingHeld);
    expect((await ask(ingest, 'officer', 'GET', '/metrics')).text).toMatch(
      /^kinledger_database_full_errors_total\{service="ingest"\} [1-9]/m,
    );
    await asSuperuser('DROP FUNCTION landing.full_disk CASCADE');
    const taken = await upload(ingest, fileOf({}, {}));
    expect(taken).toMatchObject({ status: 201, body: { state: 'validated' } });
    expect(await ask(ingest, 'officer', 'DELETE', `/v1/uploads/${taken.body.id}`)).toMatchObject({
      status: 204,
    });
    await ingest.pool.query("DELETE FROM ingest.upload WHERE state = 'discarded'");
  });
});

describe('a connection', () => {
  it('that breaks in the middle of a file leaves nothing behind', async () => {
    const { socket, closed } = await rawRequest('content-length: 1000000', fileOf({}, {}, {}));
    await vi.waitFor(async () => expect((await held())?.uploads).toBe(1));
    socket.destroy();
    await closed;
    await vi.waitFor(async () => expect(await held()).toEqual(nothingHeld));
  });

  it('that ends before the declared length leaves nothing behind', async () => {
    const { socket, closed } = await rawRequest('content-length: 1000000', fileOf({}, {}, {}));
    socket.end();
    await closed;
    await vi.waitFor(async () => expect(await held()).toEqual(nothingHeld));
  });

  it('whose last chunk never arrives leaves nothing behind', async () => {
    const file = fileOf({}, {});
    const { socket, closed } = await rawRequest(
      'transfer-encoding: chunked',
      `${Buffer.byteLength(file).toString(16)}\r\n${file}\r\n`,
    );
    await vi.waitFor(async () => expect((await held())?.uploads).toBe(1));
    socket.end();
    await closed;
    await vi.waitFor(async () => expect(await held()).toEqual(nothingHeld));
  });

  it('is answered while the rest of a refused file is still being sent', async () => {
    const { socket, closed, answer } = await rawRequest(
      'content-length: 20000000',
      Buffer.concat([Buffer.from('%PDF-1.7'), Buffer.alloc(100_000, 'x')]),
    );
    await vi.waitFor(() => expect(answer()).toContain('urn:kinledger:problem:binary-file'));
    socket.destroy();
    await closed;
    expect(await held()).toEqual(nothingHeld);
  });

  it('is refused immediately if the declared length is too large, before anything is read', async () => {
    const { socket, answer } = await rawRequest(`content-length: ${3 * 1024 ** 3}`, '');
    await vi.waitFor(() => expect(answer()).toContain('413'));
    expect(answer()).toContain('urn:kinledger:problem:body-too-large');
    socket.destroy();
  });

  it('waits for a place while too many files are being received', async () => {
    const open = [
      await rawRequest('content-length: 1000000', fileOf({})),
      await rawRequest('content-length: 1000000', fileOf({})),
    ];
    await vi.waitFor(async () => expect((await held())?.uploads).toBe(2));
    const refused = await upload(ingest, fileOf({}));
    expect(refused).toMatchObject({ status: 503, body: { type: 'urn:kinledger:problem:busy' } });
    expect(refused.headers.get('retry-after')).toBe('60');
    for (const { socket } of open) socket.destroy();
    await vi.waitFor(async () => expect(await held()).toEqual(nothingHeld));
  });
});

describe('a service that is replaced', () => {
  it('refuses files that cannot arrive in time, says when to send them again, and keeps nothing of them', async () => {
    const stopping = await startIngest(inject('postgresUrl'), {
      KINLEDGER_UPLOADS_AT_ONCE: '1',
      KINLEDGER_SHUTDOWN_GRACE_SECONDS: '1',
    });
    const slow = await rawRequest('content-length: 1000000', fileOf({}), stopping);
    await vi.waitFor(async () => expect((await held(stopping))?.uploads).toBe(1));
    const waiting = await rawRequest('content-length: 1000000', fileOf({}), stopping);
    // Answered after the request before it has arrived.
    await fetch(`${stopping.url}/health/ready`);
    const sending = setInterval(() => slow.socket.write(fileOf({})), 20);
    await stopping.service.close();
    clearInterval(sending);
    for (const { answer, closed } of [slow, waiting]) {
      await closed;
      expect(answer()).toContain('503 Service Unavailable');
      expect(answer()).toMatch(/retry-after: \d+/);
      expect(answer()).toContain('urn:kinledger:problem:stopping');
    }
    expect(await held(stopping)).toEqual(nothingHeld);
    await stopping.stop();
  });
});

describe('a sender that falls silent', () => {
  it('is cut off, and nothing is left', async () => {
    const impatient = await startIngest(inject('postgresUrl'), { KINLEDGER_UPLOAD_IDLE_SECONDS: '1' });
    try {
      const { closed } = await rawRequest('content-length: 1000000', fileOf({}), impatient);
      await closed;
      await vi.waitFor(async () => expect(await held(impatient)).toEqual(nothingHeld));
    } finally {
      await impatient.stop();
    }
  });
});

describe('a header', () => {
  it.each([
    ['names of built-in properties', '__proto__,constructor,toString,hasOwnProperty'],
    ['a formula', `=cmd|' /C calc'!A0`],
    ['markup', '<script>alert(1)</script>'],
    ['a very long title', 'x'.repeat(9000)],
    ['invisible and reversed text', '\u202eliam-e\u200b'],
    ['emoji', '👶🏽👶🏽'],
    ['only punctuation', '---,***,???'],
  ])('with %s is harmless', async (_case, titles) => {
    const file = fileOf({});
    const [first = '', ...rest] = file.split('\r\n');
    const { status, body } = await upload(ingest, [`${first},${titles}`, ...rest].join('\r\n'));
    expect(status).toBe(201);
    expect(body).toMatchObject({ state: 'validated', counts: { accepted: 1, warned: 0 } });
    expect(Object.keys(body.mapping[0] ?? {})).toEqual(['field', 'title', 'column', 'columnTitle']);
    await ask(ingest, 'officer', 'DELETE', `/v1/uploads/${body.id}`);
  });

  it('that is a formula and also a known title is escaped in the error report', async () => {
    const { body } = await upload(ingest, fileOf({ Mobile: '1' }).replace('Mobile,', '=Mobile,'));
    const { text } = await ask(ingest, 'officer', 'GET', `/v1/uploads/${body.id}/errors`);
    expect(text).toContain(`2,PT-1,'=Mobile,contact_number`);
  });
});

describe('a file of 120 MB', () => {
  it('is read in constant memory', { timeout: 180_000 }, async () => {
    const bytes = 120 * 1024 * 1024;
    const every = 12 * 1024 * 1024;
    const row = Buffer.byteLength(fileOf({}).split('\r\n')[1] ?? '');
    const samples: { live: number; resident: number }[] = [];
    let rows = 0;
    // Sender and service share this process; the sender holds one piece.
    function* pieces() {
      const text = fileOf({}).split('\r\n')[1] ?? '';
      const padding = ' '.repeat(1000 - row);
      yield Buffer.from(`${header.join(',')}\r\n`);
      for (let sent = 0, sampled = 0; sent < bytes;) {
        let piece = '';
        while (piece.length < 65_536) piece += `${text.replace('PT-1', `PT-${(rows += 1)}`)}${padding}\r\n`;
        sent += piece.length;
        if (sent - sampled > every) {
          sampled = sent;
          samples.push(memory());
        }
        yield Buffer.from(piece);
      }
    }
    const request = sendTo(`${ingest.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ingest.tokens['officer'] ?? ''}`, 'content-type': 'text/csv' },
    });
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    await pipeline(pieces, request);
    const [response] = await answered;
    const body = await json(response);
    expect(response.statusCode).toBe(201);
    expect(body).toMatchObject({ state: 'validated', counts: { read: rows, accepted: rows } });

    // Grows by a few MiB of chunks in transit to PostgreSQL and 16 bytes per row, not by the file.
    expect(samples.length).toBeGreaterThanOrEqual(9);
    const grown = (of: (sample: (typeof samples)[number]) => number) =>
      Math.max(...samples.map(of)) - of(samples[0]!);
    expect(grown(({ live }) => live)).toBeLessThan(48 * 1024 * 1024);
    expect(grown(({ resident }) => resident)).toBeLessThan(100 * 1024 * 1024);
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Memory in use after garbage collection, and resident memory of the process. */
function memory(): { live: number; resident: number } {
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { live: heapUsed + external, resident: rss };
}

describe('an intake with a downstream backlog', () => {
  it('refuses files beyond the limit, says when to retry, and accepts them once there is room', async () => {
    const full = await startIngest(inject('postgresUrl'), { KINLEDGER_MAX_LANDED_CHUNKS: '1' });
    try {
      expect((await upload(full, goodFile(1200))).status).toBe(201);
      const refused = await vi.waitFor(async () => {
        const answer = await upload(full, goodFile(10, 'B'));
        expect(answer.status).toBe(503);
        return answer;
      }, 5_000);
      expect(refused.body).toMatchObject({ type: 'urn:kinledger:problem:intake-full' });
      expect(refused.headers.get('retry-after')).toBe('300');
      const before = await held(full);
      await upload(full, goodFile(10, 'C'));
      expect(await held(full)).toEqual(before);
      await full.pool.query('DELETE FROM landing.chunk');
      await vi.waitFor(async () => expect((await upload(full, goodFile(10, 'D'))).status).toBe(201), 5_000);
    } finally {
      await full.stop();
    }
  });
});
