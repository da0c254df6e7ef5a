/**
 * Sends one very large file as its provider would. Measures the memory of the ingest service, and checks that it
 * refuses a file over the limit before it reads it.
 *
 *   npx node test/benchmarks/large-upload.bench.ts            2,000 MB
 *   npx node test/benchmarks/large-upload.bench.ts 200        as many MB
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { localConnection, type LocalConnection } from '@kinledger/contracts';
import { childrenOf, commandOf, usageOf } from './process-usage.ts';

const megabytes = Number(process.argv[2] ?? 2000);
const command = fileURLToPath(new URL('../../apps/cli/bin/kinledger.js', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'kinledger-large-'));
const DATASET = 'baby-steps.engagement';
/** Makes rows as wide as the widest extracts; otherwise a file of this size would exceed the row limit. */
const PADDING = ' '.repeat(360);

/** Yields distinct rows of an engagement file, in pieces of about 64 KiB. */
function* rows(bytes: number): Generator<string> {
  let written = 0;
  let row = 0;
  yield 'Client number,Client type,Child first name,Email address,Parent/carer email,NHS number,Date of birth,Gender,Session date,Session,Attended?,Minutes\n';
  while (written < bytes) {
    let piece = '';
    while (piece.length < 65_536) {
      row += 1;
      const day = String((row % 28) + 1).padStart(2, '0');
      piece += `BS${row},Parent,,person${row}@example.org,,,${day}/01/1990,Female,${day}/02/2024,Group${PADDING},Yes,45\n`;
    }
    written += piece.length;
    yield piece;
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Sends a body; or, given a length, declares it and waits for the answer before sending any of it. */
function send(connection: LocalConnection, body: Readable | number): Promise<Answer> {
  const { services, tokens } = connection;
  return new Promise((resolve, reject) => {
    const asked = request(
      `${services.ingest}/v1/uploads?dataset=${DATASET}&period=2023-24-Q4`,
      {
        method: 'POST',
        // A refusal closes the connection, so it cannot be reused.
        agent: false,
        headers: {
          'content-type': 'text/csv',
          authorization: `Bearer ${tokens.providers['baby-steps-team'] ?? ''}`,
          ...(typeof body === 'number' ? { 'content-length': body } : {}),
        },
      },
      (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => {
          asked.destroy();
          resolve({ status: answer.statusCode ?? 0, body: text.slice(0, 400) });
        });
      },
    );
    asked.on('error', reject);
    if (typeof body === 'number') asked.flushHeaders();
    else pipeline(body, asked).catch(() => undefined);
  });
}

const launcher = spawn(process.execPath, [command, 'start', '--free-ports', '--seed', 'large'], {
  env: { ...process.env, KINLEDGER_HOME: home },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  await new Promise<void>((resolve) => {
    let said = '';
    launcher.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Kinledger is running')) resolve();
    });
  });
  const connection = localConnection.parse(JSON.parse(readFileSync(join(home, 'connection.json'), 'utf8')));
  const ingest = childrenOf(connection.launcher.pid).find((pid) => commandOf(pid).includes('apps/ingest/'));
  const peak = () => Math.round(usageOf(ingest ?? 0)?.peakMiB ?? 0);
  console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);

  const before = peak();
  const tooLarge = 3 * 1024 ** 3;
  const asked = performance.now();
  const refused = await send(connection, tooLarge);
  console.log(
    `3 GiB announced: ${refused.status} after ${Math.round(performance.now() - asked)} ms, peak ${peak()} MiB (${before} before)`,
  );

  const began = performance.now();
  const answer = await send(connection, Readable.from(rows(megabytes * 1e6)));
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `${megabytes} MB: ${answer.status} in ${seconds.toFixed(1)} s, ${(megabytes / seconds).toFixed(1)} MB a second, peak ${peak()} MiB\n${answer.body}`,
  );
} finally {
  const ended = new Promise((resolve) => launcher.once('close', resolve));
  launcher.kill('SIGINT');
  await ended;
  rmSync(home, { recursive: true, force: true });
}
