import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { goldenPage } from '../support/golden-document.js';

it('the page of the golden dataset describes each table ("npx vitest run --project unit test/documents -u" writes it)', async () => {
  const file = '../../docs/golden-dataset.md';
  const options = await resolveConfig(new URL(file, import.meta.url));
  const page = await format(goldenPage(), { ...options, parser: 'markdown' });
  await expect(page).toMatchFileSnapshot(file);
});
