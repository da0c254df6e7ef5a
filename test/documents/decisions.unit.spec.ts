import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../docs/adr', import.meta.url));
const files = readdirSync(folder).sort();

describe('the records of decisions', () => {
  it('have numbers without holes', () => {
    expect(files.map((name) => Number(name.slice(0, 4)))).toEqual(files.map((_, index) => index + 1));
  });

  it.each(files)('%s has its number and title, a status with a date, and the three sections', (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    expect(text).toMatch(new RegExp(`^# ${name.slice(0, 4)} \\S`));
    expect(text.split('\n')[2]).toMatch(/^(Accepted|Superseded by \d{4}), \d{4}-\d{2}-\d{2}\.$/);
    for (const heading of ['## Context', '## Decision', '## Consequences']) expect(text).toContain(heading);
  });
});
