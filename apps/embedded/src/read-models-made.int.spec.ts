import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { areReadModelsMade } from './read-models-made.js';

const MISSING = {
  status: 503,
  body: JSON.stringify({ type: 'urn:kinledger:problem:read-models-missing', status: 503 }),
};

describe('areReadModelsMade', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  /** A reporting API that gives these answers in turn, then the last one for ever. */
  async function answering(...answers: readonly { readonly status: number; readonly body: string }[]) {
    let asked = 0;
    server = createServer((_, response) => {
      const { status, body } = answers[Math.min(asked++, answers.length - 1)] ?? MISSING;
      response.writeHead(status, { 'content-type': 'application/problem+json' }).end(body);
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    // A server on TCP has an address with a port.
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}`, asked: () => asked };
  }

  it('waits until the reporting API has read models', async () => {
    const { url, asked } = await answering(MISSING, MISSING, { status: 200, body: '{"submissions":[]}' });
    expect(await areReadModelsMade(url, 'token', 60_000, new AbortController().signal)).toBe(true);
    expect(asked()).toBe(3);
  });

  it('leaves every other answer to those who ask later', async () => {
    const { url } = await answering({ status: 401, body: 'not JSON' });
    expect(await areReadModelsMade(url, 'token', 60_000, new AbortController().signal)).toBe(true);
  });

  it('gives up after its time', async () => {
    const { url } = await answering(MISSING);
    expect(await areReadModelsMade(url, 'token', 0, new AbortController().signal)).toBe(false);
  });

  it('gives up where nothing answers', async () => {
    const { url } = await answering(MISSING);
    server?.close();
    server?.closeAllConnections();
    expect(await areReadModelsMade(url, 'token', 0, new AbortController().signal)).toBe(false);
  });

  it('stops when whoever starts the services stops it', async () => {
    const { url } = await answering(MISSING);
    const stopping = new AbortController();
    const looking = areReadModelsMade(url, 'token', 60_000, stopping.signal);
    stopping.abort(new Error('stopped'));
    await expect(looking).rejects.toThrow('stopped');
  });
});
