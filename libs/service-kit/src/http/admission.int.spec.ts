import { hash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessFile } from '@kinledger/contracts';
import { Body, Controller, Get, Post } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { Roles } from '../access/decorators.js';
import { accessConfig } from '../config/fragments.js';
import { createService, type Service } from '../service/create-service.js';

const note = z.strictObject({ text: z.string() });

@Controller('v1/notes')
@Roles('reader')
class NotesController {
  @Get(':id')
  read(): string {
    return 'a note';
  }

  @Post()
  write(@Body({ schema: note }) { text }: z.infer<typeof note>): { readonly length: number } {
    return { length: text.length };
  }

  @Post('closed')
  @Roles('operator')
  closed(): string {
    return 'never';
  }
}

class NotesModule {}

const token = randomBytes(16).toString('hex');
let directory: string;
let service: Service;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kinledger-admission-'));
  const access: AccessFile = {
    accounts: [{ name: 'reader', tokenSha256: hash('sha256', token), roles: ['reader'] }],
  };
  writeFileSync(join(directory, 'access.json'), JSON.stringify(access));
  service = await createService(
    {
      name: 'linker',
      config: { access: accessConfig },
      module: () => ({ module: NotesModule, controllers: [NotesController] }),
    },
    {
      KINLEDGER_HTTP_PORT: '0',
      KINLEDGER_LOG_LEVEL: 'silent',
      KINLEDGER_ACCESS_FILE: join(directory, 'access.json'),
      KINLEDGER_REQUEST_SECONDS: '1',
    },
  );
});
afterAll(async () => {
  await service.close();
  rmSync(directory, { recursive: true, force: true });
});

/** A raw connection: what was received on it so far, and its end. */
function open(first: string): { socket: Socket; said: () => string; closed: Promise<void> } {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.write(first);
  return { socket, said: () => text, closed };
}

const post = (path: string, ...headers: readonly string[]) =>
  [`POST ${path} HTTP/1.1`, 'host: x', 'content-type: application/json', ...headers, '', ''].join('\r\n');
const known = `authorization: Bearer ${token}`;

describe('a body', () => {
  it.each([
    ['an anonymous request', '/v1/notes', [], '401'],
    ['an unknown token', '/v1/notes', ['authorization: Bearer nonsense'], '401'],
    ['an account without the role', '/v1/notes/closed', [known], '403'],
    ['a request for an unknown address', '/v1/nothing', [known], '404'],
    ['a request with an unsupported method', '/v1/notes/1', [known], '405'],
  ])('of %s is refused before a byte of it arrives', async (_who, path, headers, status) => {
    const { socket, said } = open(post(path, ...headers, 'content-length: 100000'));
    await vi.waitFor(() => expect(said()).toContain('"instance"'));
    expect(said()).toContain(`HTTP/1.1 ${status} `);
    expect(said().toLowerCase()).toContain('connection: close');
    socket.destroy();
  });

  it('is requested with 100 Continue only if its sender was admitted', async () => {
    const refused = open(post('/v1/notes', 'content-length: 12', 'expect: 100-continue'));
    await vi.waitFor(() => expect(refused.said()).toContain('401'));
    expect(refused.said()).not.toContain('100 Continue');
    refused.socket.destroy();

    const letIn = open(
      post('/v1/notes', known, 'content-length: 12', 'expect: 100-continue', 'connection: close'),
    );
    await vi.waitFor(() => expect(letIn.said()).toContain('100 Continue'));
    letIn.socket.write('{"text":"a"}');
    await letIn.closed;
    expect(letIn.said()).toContain('{"length":1}');
  });

  it('that does not arrive in time is answered with 408, and its connection ends', async () => {
    const slow = open(post('/v1/notes', known, 'content-length: 1000'));
    const dripping = setInterval(() => slow.socket.write(' '), 100);
    await slow.closed;
    clearInterval(dripping);
    expect(slow.said()).toContain('HTTP/1.1 408 ');
    expect(slow.said()).toContain('urn:kinledger:problem:request-timeout');
  });

  it('whose headers do not arrive in time is answered with 408, and its connection ends', async () => {
    const slow = open('POST /v1/notes HTTP/1.1\r\nhost: x\r\n');
    const dripping = setInterval(() => slow.socket.write('x: y\r\n'), 100);
    await slow.closed;
    clearInterval(dripping);
    expect(slow.said()).toContain('HTTP/1.1 408 ');
    expect(slow.said()).toContain('application/problem+json');
  });

  it('that breaks off after it was refused is harmless', async () => {
    const wrong = [
      'POST /v1/notes HTTP/1.1',
      'host: x',
      known,
      'content-type: text/plain',
      'content-length: 99',
    ];
    const { socket, said, closed } = open(`${wrong.join('\r\n')}\r\n\r\nhello`);
    await vi.waitFor(() => expect(said()).toContain('HTTP/1.1 415 '));
    socket.resetAndDestroy();
    await closed;
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
  });

  const send = (type: string, body: string) =>
    fetch(`${service.url}/v1/notes`, {
      method: 'POST',
      body,
      headers: { 'content-type': type, authorization: `Bearer ${token}` },
    });

  it.each([
    ['a form', 'application/x-www-form-urlencoded', 'text=a', 415],
    ['plain text', 'text/plain', '{"text":"a"}', 415],
    [
      'JSON of 100,000 levels',
      'application/json',
      `{"text":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      400,
    ],
    ['JSON that attempts prototype pollution', 'application/json', '{"__proto__":{"text":"a"}}', 400],
  ])('of %s is refused with a problem', async (_what, type, body, status) => {
    const answer = await send(type, body);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      status,
      expect.stringContaining('application/problem+json'),
    ]);
  });

  it('of JSON is parsed, with or without a charset', async () => {
    const answer = await send('application/json; charset=utf-8', '{"text":"abc"}');
    expect(await answer.json()).toEqual({ length: 3 });
  });
});

describe('an address', () => {
  it.each([
    ['/v1/notes', 'GET', 'POST'],
    ['/v1/notes/17', 'POST', 'GET, HEAD'],
    ['/v1/notes/closed', 'DELETE', 'GET, HEAD, POST'],
  ])('%s names its methods if a caller tries %s', async (path, method, allow) => {
    const answer = await fetch(`${service.url}${path}`, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
  });

  it('that does not exist stays unknown for any method', async () => {
    expect((await fetch(`${service.url}/v1/nothing`, { method: 'DELETE' })).status).toBe(404);
  });
});
