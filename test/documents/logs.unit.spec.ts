import { existsSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serviceNames } from '@kinledger/contracts';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { logEventsIn } from '../support/log-events.js';
import { logMeanings } from '../support/log-meanings.js';
import { logsPage } from '../support/logs-document.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const events = logEventsIn(root, serviceNames);

describe('the page of logs', () => {
  it('lists every event of the sources ("npx vitest run --project unit test/documents -u" writes it)', async () => {
    const file = '../../docs/logs.md';
    const options = await resolveConfig(new URL(file, import.meta.url));
    const page = await format(logsPage(events), { ...options, parser: 'markdown' });
    await expect(page).toMatchFileSnapshot(file);
  });

  it('says what each event means, and what to do about a warning or an error', () => {
    expect(Object.keys(logMeanings).sort()).toEqual(events.map(({ text }) => text).sort());
    const silent = events.filter(
      ({ text, levels }) => levels.some((level) => level !== 'info') && logMeanings[text]?.mend === undefined,
    );
    expect(silent.map(({ text }) => text)).toEqual([]);
    const pages = Object.values(logMeanings).flatMap(({ runbook }) => runbook ?? []);
    expect(
      pages.filter((page) => !existsSync(join(root, 'docs/guides/operations/runbooks', `${page}.md`))),
    ).toEqual([]);
  });

  it.each([
    ['a text made of parts', 'logger.info({ intake }, `intake ${intake}`);'],
    ['a text from elsewhere', 'logger.warn(text);'],
    ['fields from elsewhere', "logger.error(progress, 'too slow');"],
  ])('cannot be made from a source that logs %s', (_, statement) => {
    const other = mkdtempSync(join(tmpdir(), 'kinledger-logs-'));
    mkdirSync(join(other, 'apps/linker/src'), { recursive: true });
    writeFileSync(join(other, 'apps/linker/src/new.ts'), `function tell() {\n  ${statement}\n}\n`);
    expect(() => logEventsIn(other, ['linker'])).toThrow('new.ts:2: a log line does not show');
    rmSync(other, { recursive: true });
  });
});
