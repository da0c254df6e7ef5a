import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readProgramme } from './read-programme.js';

/**
 * The digest of each version of programmes/leap. If the test fails because you changed that definition, raise `version` in
 * programmes/leap/programme.json and put the pair of version and digest here in place of this one: a ledger tells
 * definitions apart by the digest, people by the version.
 */
const published = {
  version: 4,
  digest: 'b8f9f6853baa53d0a9f8a168192b9d51f0360154277c41a966ac4d0b42b36661',
};

it('changes the definition of programmes/leap only with its version', async () => {
  const { definition, digest } = await readProgramme(
    fileURLToPath(new URL('../../../programmes/leap', import.meta.url)),
  );
  expect({ version: definition.version, digest }).toEqual(published);
});
