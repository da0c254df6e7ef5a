import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { ask, DATASET, fileOf, header, PERIOD, upload } from '../testing/requests.js';
import { startIngest, type RunningIngest } from '../testing/running-ingest.js';

let ingest: RunningIngest;
beforeAll(async () => {
  ingest = await startIngest(inject('postgresUrl'), { KINLEDGER_UPLOADS_AT_ONCE: '2' });
});
afterAll(() => ingest.stop());

const held = async () => {
  const { rows } = await ingest.pool.query<{ uploads: number; files: number }>(
    'SELECT (SELECT count(*) FROM ingest.upload) AS uploads, (SELECT count(*) FROM landing.file) AS files',
  );
  return rows[0];
};
const nothingHeld = { uploads: 0, files: 0 };
const path = `/v1/uploads?dataset=${DATASET}&period=${PERIOD}`;

/** A request whose bytes are in our hand. */
async function rawRequest(headers: string, body: string | Uint8Array) {
  const { port, hostname } = new URL(ingest.url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ingest.tokens['officer'] ?? ''}\r\ncontent-type: text/csv\r\n${headers}\r\n\r\n`,
  );
  socket.write(body);
  return { socket, closed, answer: () => answer };
}

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

  it('whose last chunk never comes leaves nothing behind', async () => {
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

  it('is answered while the rest of a refused file is still on its way', async () => {
    const { socket, closed, answer } = await rawRequest(
      'content-length: 20000000',
      Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(100_000, 'x')]),
    );
    await vi.waitFor(() => expect(answer()).toContain('urn:kinledger:problem:excel-file'));
    socket.destroy();
    await closed;
    expect(await held()).toEqual(nothingHeld);
  });

  it('is refused at once for a length that is too large, before anything is read', async () => {
    const { socket, answer } = await rawRequest(`content-length: ${3 * 1024 ** 3}`, '');
    await vi.waitFor(() => expect(answer()).toContain('413'));
    expect(answer()).toContain('urn:kinledger:problem:body-too-large');
    socket.destroy();
  });

  it('waits its turn where too many files are being received', async () => {
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

describe('a header', () => {
  it.each([
    ['names of the language', '__proto__,constructor,toString,hasOwnProperty'],
    ['a formula', `=cmd|' /C calc'!A0`],
    ['markup', '<script>alert(1)</script>'],
    ['a very long title', 'x'.repeat(9000)],
    ['invisible and turned-round text', '\u202eliam-e\u200b'],
    ['emoji', '👶🏽👶🏽'],
    ['nothing but punctuation', '---,***,???'],
  ])('with %s does no harm', async (_case, titles) => {
    const file = fileOf({});
    const [first = '', ...rest] = file.split('\r\n');
    const { status, body } = await upload(ingest, [`${first},${titles}`, ...rest].join('\r\n'));
    expect(status).toBe(201);
    expect(body).toMatchObject({ state: 'validated', counts: { accepted: 1, warned: 0 } });
    expect(Object.keys(body.mapping[0] ?? {})).toEqual(['field', 'title', 'column', 'columnTitle']);
    await ask(ingest, 'officer', 'DELETE', `/v1/uploads/${body.id}`);
  });

  it('that is a formula and still a title is defused in the error report', async () => {
    const { body } = await upload(ingest, fileOf({ Mobile: '1' }).replace('Mobile,', '=Mobile,'));
    const { text } = await ask(ingest, 'officer', 'GET', `/v1/uploads/${body.id}/errors`);
    expect(text).toContain(`2,PT-1,'=Mobile,contact_number`);
  });
});

describe('a file of 200 MB', () => {
  it('is read without growing with it', { timeout: 180_000 }, async () => {
    const bytes = 200 * 1024 * 1024;
    const titles = header.join(',');
    const text = fileOf({}).split('\r\n')[1] ?? '';
    let sent = 0;
    let number = 0;
    let peak = 0;
    let resting = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          if (sent > bytes) {
            controller.close();
            return;
          }
          let part = sent === 0 ? `${titles}\r\n` : '';
          // Long rows: what is measured here is memory, and rows are counted elsewhere.
          while (part.length < 65_536)
            part += text.replace('PT-1', `PT-${(number += 1)}`) + ' '.repeat(800) + '\r\n';
          sent += part.length;
          const { rss } = process.memoryUsage();
          if (sent > bytes / 8) resting ||= rss;
          peak = Math.max(peak, rss);
          controller.enqueue(Buffer.from(part));
        },
      },
      { highWaterMark: 1 },
    );
    const response = await fetch(`${ingest.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ingest.tokens['officer'] ?? ''}`, 'content-type': 'text/csv' },
      body,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({
      state: 'validated',
      counts: { read: number, accepted: number },
    });
    // Sender and service share this process; what is left of garbage between collections is in the bound.
    expect(peak - resting).toBeLessThan(100 * 1024 * 1024);
  });
});
