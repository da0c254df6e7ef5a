import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { longest } from './longest-first.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('the files that tests begin with', () => {
  it.each(longest)('has %s', (file) => {
    expect(existsSync(join(root, file))).toBe(true);
  });
});
