import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readIntakeSecrets, readSecrets } from '@kinledger/pseudonymisation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { holdCeremony, type Ceremony } from './key-ceremony.js';

describe('the key ceremony', () => {
  let parent: string;
  let folder: string;
  let ceremony: Ceremony;
  beforeAll(async () => {
    parent = mkdtempSync(join(tmpdir(), 'kinledger-ceremony-'));
    folder = join(parent, 'keys');
    ceremony = await holdCeremony(folder, 'operator');
  });
  afterAll(() => rmSync(parent, { recursive: true }));
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const files = () => globSync('*/*/*', { cwd: folder });

  it('makes keys that the services accept, and gives ingest only the two that it uses', async () => {
    await expect(readSecrets(join(folder, 'restricted/kinledger-pseudonymiser-keys'))).resolves.toBeDefined();
    const intake = join(folder, 'restricted/kinledger-ingest-keys');
    await expect(readIntakeSecrets(intake)).resolves.toBeDefined();
    expect(globSync('*', { cwd: intake }).sort()).toEqual(['content-hash-key', 'landing-kek']);
    expect(read('platform/kinledger-signing-key/signing-key.pem')).toContain('BEGIN PRIVATE KEY');
  });

  it('gives no namespace a key or a password of another zone', () => {
    const [restricted, platform] = ['restricted', 'platform'].map(
      (zone) =>
        new Set(
          files()
            .filter((file) => file.startsWith(`${zone}/`))
            .filter((file) => !/access|username/.test(file))
            .map(read),
        ),
    );
    expect(restricted!.intersection(platform!).size).toBe(0);
  });

  it('gives a service one password wherever it connects, and every database a migrator of its own', () => {
    const password = (at: string) => read(`${at}/password`);
    expect(password('bus/kinledger-database-ingest')).toBe(password('restricted/kinledger-database-ingest'));
    expect(password('bus/kinledger-kafka-linker')).toBe(password('platform/kinledger-kafka-linker'));
    const migrators = ['restricted', 'platform', 'bus'].map((zone) =>
      password(`${zone}/kinledger-database-migrator`),
    );
    expect(new Set(migrators).size).toBe(3);
  });

  it('writes files for their owner only, and a record without any of their contents', () => {
    for (const file of files()) expect(statSync(join(folder, file)).mode & 0o077).toBe(0);
    for (const file of files().filter((name) => !name.endsWith('username')))
      expect(ceremony.record).not.toContain(read(file).trim());
    expect(read('record.txt')).toBe(ceremony.record);
    expect(ceremony.record).not.toContain(ceremony.token);
  });

  it('is held once: a folder with keys is refused', async () => {
    await expect(holdCeremony(folder, 'operator')).rejects.toThrow('is not empty');
  });
});
