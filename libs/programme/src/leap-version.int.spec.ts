import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readProgramme } from './read-programme.js';

/**
 * The digest of each version of programmes/leap. If the test fails because you changed that definition, raise `version` in
 * programmes/leap/programme.json and put the pair of version and digest here in place of this one: a ledger tells
 * definitions apart by the digest, people by the version.
 */
const published = {
  version: 3,
  digest: '7522df246c40aa9e47dff33ee632bceb54cc575842b0d3b1942c58786060ef3f',
};

it('changes the definition of programmes/leap only with its version', async () => {
  const { definition, digest } = await readProgramme(
    fileURLToPath(new URL('../../../programmes/leap', import.meta.url)),
  );
  expect({ version: definition.version, digest }).toEqual(published);
});
