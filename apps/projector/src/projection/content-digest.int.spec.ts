import { createHash } from 'node:crypto';
import { contentDigest, LIVE_SCHEMA } from '@kinledger/read-models';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { knownLedger } from './known-ledger.testing.js';
import { ReadModelsUnderTest } from './read-models-under-test.testing.js';

/** Tables of the programme definition, which is configuration and changes independently. */
const ofTheProgramme = ['programme', 'strand', 'service', 'dataset', 'characteristic', 'area'];

const readModels = new ReadModelsUnderTest();
beforeAll(() => readModels.start(inject('postgresUrl')));
afterAll(() => readModels.stop());

describe('the content digest', () => {
  it('of a known ledger is the known digest, so that versions of the code can be compared', async () => {
    const { ledger } = await knownLedger();
    await readModels.open();
    await readModels.project(ledger);
    const { client } = readModels;
    await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL timezone TO 'UTC'`);
    const { tables, digest } = await contentDigest(client, LIVE_SCHEMA);
    await client.query('ROLLBACK');
    expect(Object.entries(tables).flatMap(([name, { rows }]) => (rows === 0 ? [name] : []))).toEqual([]);
    const hash = createHash('sha256');
    const all = createHash('sha256');
    for (const [name, table] of Object.entries(tables)) {
      const line = `${name} ${table.digest}\n`;
      all.update(line);
      if (!ofTheProgramme.includes(name)) hash.update(line);
    }
    expect(digest).toBe(all.digest('hex'));
    expect(hash.digest('hex')).toBe('b6573a7b5f1b455fd0a74b87d384e376cc2a3f4680ec687ea15d15c439ef8687');
  });
});
