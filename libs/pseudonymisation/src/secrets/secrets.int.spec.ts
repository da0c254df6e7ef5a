import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTokenMaster, createSecrets } from './create-secrets.js';
import { readIntakeSecrets, readSecrets } from './read-secrets.js';
import { isSecretsUnreadable } from './secrets.js';

let home: string;
let folder: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kinledger-secrets-'));
  folder = join(home, 'secrets');
});
afterEach(() => rm(home, { recursive: true }));

const contents = async (of: string): Promise<Record<string, string>> => {
  const names = (await readdir(of)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(of, name), 'utf8')));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? '']));
};

describe('creating secrets', () => {
  it('creates everything that reading needs, readable by the owner only', async () => {
    expect(await createSecrets(folder)).toBe('created');
    const secrets = await readSecrets(folder);
    expect(secrets.tokenMasters).toHaveLength(1);
    expect(secrets.landingKek.symmetricKeySize).toBe(32);
    for (const name of await readdir(folder)) {
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    }
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await readdir(home)).toEqual(['secrets']);
  });

  it('creates different random secrets each time, none twice', async () => {
    await createSecrets(folder);
    await createSecrets(join(home, 'other'));
    const drawn = [
      ...Object.values(await contents(folder)),
      ...Object.values(await contents(join(home, 'other'))),
    ];
    expect(new Set(drawn).size).toBe(12);
  });

  it('always derives the same secrets from the same seed', async () => {
    await createSecrets(folder, { seed: 'demo-1' });
    await createSecrets(join(home, 'again'), { seed: 'demo-1' });
    await createSecrets(join(home, 'other'), { seed: 'demo-2' });
    const made = await contents(folder);
    expect(await contents(join(home, 'again'))).toEqual(made);
    expect(Object.values(await contents(join(home, 'other')))).not.toContain(made['op-leap-salt']);
    expect(new Set(Object.values(made)).size).toBe(6);
    expect(made['op-leap-salt']).toBe('9ef9530351cbcb538870cf336dfd4e6df01b06e5a36614096b24e2c228e2748a\n');
    expect(made['token-master-1']).toBe('05ec7343fb13a1f674ae43902db58babdc37437512dc01b8fb038e052504efe3\n');
  });

  it('never overwrites', async () => {
    await mkdir(folder);
    expect(await createSecrets(folder)).toBe('created');
    const before = await contents(folder);
    expect(await createSecrets(folder, { seed: 'demo-1' })).toBe('kept');
    expect(await contents(folder)).toEqual(before);
  });

  it('lets one of two concurrent calls win, with which the other agrees', async () => {
    const outcomes = await Promise.all([createSecrets(folder), createSecrets(folder)]);
    expect(outcomes).toContain('created');
    await readSecrets(folder);
    expect(await readdir(home)).toEqual(['secrets']);
  });

  it('does not complete a folder that lost a secret', async () => {
    await createSecrets(folder);
    await rm(join(folder, 'row-key-key'));
    await expect(createSecrets(folder)).rejects.toSatisfy(isSecretsUnreadable);
    expect(await readdir(folder)).not.toContain('row-key-key');
  });

  it('adds a version of the token keys and keeps the older ones', async () => {
    await createSecrets(folder);
    const before = await contents(folder);
    expect(await createTokenMaster(folder, 2)).toBe('created');
    expect(await contents(folder)).toMatchObject(before);
    expect((await readSecrets(folder)).tokenMasters).toHaveLength(2);
    const both = await contents(folder);
    expect(await createTokenMaster(folder, 2)).toBe('kept');
    await expect(createTokenMaster(folder, 4)).rejects.toThrow('the next token key has version 3');
    expect(await contents(folder)).toEqual(both);
    const outcomes = await Promise.all([createTokenMaster(folder, 3), createTokenMaster(folder, 3)]);
    expect(outcomes).toContain('created');
    expect((await readSecrets(folder)).tokenMasters).toHaveLength(3);
  });
});

describe('reading secrets', () => {
  beforeEach(() => createSecrets(folder));

  it('requires only two of them for intake', async () => {
    const mounted = join(home, 'intake');
    await mkdir(mounted);
    for (const name of ['landing-kek', 'content-hash-key']) await cp(join(folder, name), join(mounted, name));
    const all = await readSecrets(folder);
    const intake = await readIntakeSecrets(mounted);
    expect(intake.landingKek.equals(all.landingKek)).toBe(true);
    expect(intake.contentHashKey.equals(all.contentHashKey)).toBe(true);
  });

  it.each([
    ['a file is missing', 'record-id-key', (path: string) => rm(path), 'it does not exist'],
    [
      'a key is cut short',
      'row-key-key',
      (path: string) => writeFile(path, 'c0ffee'),
      '64 lower-case hex digits',
    ],
    [
      'a key is no hex',
      'landing-kek',
      (path: string) => writeFile(path, 'g'.repeat(64)),
      '64 lower-case hex digits',
    ],
    [
      'the salt is short',
      'op-leap-salt',
      (path: string) => writeFile(path, 'mackerel'),
      '16 to 1024 printable',
    ],
    ['everybody may read it', 'content-hash-key', (path: string) => chmod(path, 0o644), 'chmod o-rwx'],
    ['it is huge', 'token-master-1', (path: string) => writeFile(path, 'a'.repeat(10_000)), 'too long'],
    [
      'a token key is lost',
      'token-master-1',
      (path: string) => cp(path, path.replace(/1$/, '2')).then(() => rm(path)),
      'it does not exist',
    ],
  ] as const)('says which file and why if %s, without a value', async (_why, file, damage, message) => {
    const held = Object.values(await contents(folder)).map((text) => text.trim());
    await damage(join(folder, file));
    const error: unknown = await readSecrets(folder).catch((caught: unknown) => caught);
    expect(error).toSatisfy(isSecretsUnreadable);
    expect(error).toMatchObject({ file });
    expect(String(error)).toContain(message);
    for (const value of [...held, 'c0ffee', 'gggg', 'mackerel', 'aaaa'])
      expect(inspect(error)).not.toContain(value);
  });

  it('yields secrets that reveal nothing in logs or JSON', async () => {
    const secrets = await readSecrets(folder);
    const shown = inspect(secrets, { depth: 10, showHidden: true }) + JSON.stringify(secrets);
    for (const text of Object.values(await contents(folder))) expect(shown).not.toContain(text.trim());
  });

  it('accepts the line end that an editor adds', async () => {
    await writeFile(join(folder, 'op-leap-salt'), 'a-salt-of-some-length!\r\n');
    expect((await readSecrets(folder)).opLeapSalt.export().toString()).toBe('a-salt-of-some-length!');
  });
});
