import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { tracesPage } from '../support/traces-document.js';

it('the page of traces lists every span and attribute ("npx vitest run --project unit test/documents -u" writes it)', async () => {
  const file = '../../docs/traces.md';
  const options = await resolveConfig(new URL(file, import.meta.url));
  await expect(await format(tracesPage(), { ...options, parser: 'markdown' })).toMatchFileSnapshot(file);
});
