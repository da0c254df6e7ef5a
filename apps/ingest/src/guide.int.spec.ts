import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { fileOf, upload, type SubmissionBody, type UploadBody } from './testing/requests.js';
import { startIngest, type RunningIngest } from './testing/running-ingest.js';

const guide = readFileSync(
  fileURLToPath(new URL('../../../docs/guides/submitting-files.md', import.meta.url)),
  'utf8',
);
const commands = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
const run = promisify(execFile);

describe('the guide to submitting files', () => {
  let ingest: RunningIngest;
  const directory = mkdtempSync(join(tmpdir(), 'kinledger-guide-'));
  beforeAll(async () => {
    ingest = await startIngest(inject('postgresUrl'));
    writeFileSync(join(directory, 'participants.csv'), fileOf({}, { Mobile: '1' }));
  });
  afterAll(async () => {
    await ingest.stop();
    rmSync(directory, { recursive: true });
  });

  it('shows commands that do what it says when run in order', async () => {
    const { body: earlier } = await upload(ingest, fileOf({}));
    const environment: Record<string, string> = {
      ...(process.env as Record<string, string>),
      TOKEN: ingest.tokens['officer'] ?? '',
      INGEST: ingest.url,
      EARLIER_UPLOAD: earlier.id,
    };
    const shell = async (command: string | undefined) => {
      const { stdout } = await run('sh', ['-ec', command ?? 'false'], { cwd: directory, env: environment });
      return stdout;
    };
    expect(commands).toHaveLength(9);
    const [send, propose, confirm, errors, discard, submitIt, withdraw, list, nil] = commands;

    const sent = JSON.parse(await shell(send)) as UploadBody;
    expect(sent).toMatchObject({ state: 'validated', counts: { accepted: 2, warned: 1 } });
    environment['UPLOAD'] = sent.id;

    expect(JSON.parse(await shell(propose))).toMatchObject({ rowsLookedAt: 2, missing: [] });
    expect(JSON.parse(await shell(confirm))).toMatchObject({ version: 1 });

    await shell(errors);
    expect(readFileSync(join(directory, 'errors.csv'), 'utf8')).toContain('invalid-contact-number');

    expect(await shell(discard)).toBe('');

    const submitted = JSON.parse(await shell(submitIt)) as SubmissionBody;
    expect(submitted).toMatchObject({ upload: sent.id, state: 'accepted', repeated: false, attestation: {} });
    environment['SUBMISSION'] = submitted.id;

    expect(JSON.parse(await shell(withdraw))).toMatchObject({ id: submitted.id, state: 'withdrawn' });
    expect(JSON.parse(await shell(list))).toMatchObject({ submissions: [{ id: submitted.id }] });
    // The withdrawn file was the only one of its quarter.
    expect(JSON.parse(await shell(nil))).toMatchObject({ by: 'officer', repeated: false });
  });

  it('names only codes that the service returns', () => {
    const sources = [
      '../../../libs/intake-files/src/reading/file-refused.ts',
      'programme/dataset-access.ts',
      'uploads/declared-orders.ts',
      'uploads/stopping.ts',
      'uploads/upload-service.ts',
      'uploads/stopping.ts',
      'uploads/declared-orders.ts',
      'mapping/choose-mapping.ts',
      '../../../libs/service-kit/src/problem/known-problems.ts',
    ]
      .map((path) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8'))
      .join('');
    const table = guide.slice(guide.indexOf('| code '), guide.indexOf('## 3.'));
    const codes = table
      .split('\n')
      .slice(2)
      .flatMap((line) =>
        [...(line.split('|')[1] ?? '').matchAll(/`([a-z0-9-]+)`/g)].map((match) => match[1] ?? ''),
      );
    expect(codes.length).toBeGreaterThan(15);
    for (const code of codes) expect(sources, code).toContain(`'${code}'`);
  });
});
