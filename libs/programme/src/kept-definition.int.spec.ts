import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeptDefinition } from './kept-definition.js';

describe('a folder that keeps a definition', () => {
  let parent: string;
  let folder: string;
  let kept: KeptDefinition;
  const at = (name: string) => join(parent, name);
  const write = async (name: string, text: string) => {
    await mkdir(at(name));
    await writeFile(join(at(name), 'programme.json'), text);
  };
  const held = () => readFileSync(join(folder, 'programme.json'), 'utf8');
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'kinledger-kept-'));
    folder = at('definition');
    kept = new KeptDefinition(folder);
    await write('first', 'first');
    await write('second', 'second');
    await kept.prepare(at('first'));
    await kept.replace();
  });
  afterEach(() => rm(parent, { recursive: true }));

  it('keeps what it kept until the next one is put in place, and leaves nothing beside it', async () => {
    await writeFile(join(folder, 'other.json'), '{}');
    await kept.prepare(at('second'));
    expect(held()).toBe('first');
    await kept.replace();
    expect(held()).toBe('second');
    expect(readdirSync(parent).sort()).toEqual(['definition', 'first', 'second']);
    expect(readdirSync(folder)).toEqual(['programme.json']);
  });

  it('keeps a copy, not a link to what was outside', async () => {
    await rename(join(at('second'), 'programme.json'), at('elsewhere.json'));
    await symlink(at('elsewhere.json'), join(at('second'), 'programme.json'));
    await kept.prepare(at('second'));
    await kept.replace();
    await rm(at('elsewhere.json'));
    expect(held()).toBe('second');
  });

  it('refuses a folder without a definition, and keeps what it kept', async () => {
    await mkdir(at('empty'));
    await expect(kept.prepare(at('empty'))).rejects.toThrow('programme.json');
    await kept.settle();
    expect(held()).toBe('first');
  });

  it('has the earlier definition again after a crash before the next one was in place', async () => {
    await kept.prepare(at('second'));
    await rename(folder, `${folder}.replaced`);
    await new KeptDefinition(folder).settle();
    expect(held()).toBe('first');
    expect(existsSync(kept.prepared)).toBe(false);
    expect(existsSync(`${folder}.replaced`)).toBe(false);
  });

  it('has the next one after a crash once it is in place', async () => {
    await kept.prepare(at('second'));
    await rename(folder, `${folder}.replaced`);
    await rename(kept.prepared, folder);
    await new KeptDefinition(folder).settle();
    expect(held()).toBe('second');
    expect(existsSync(`${folder}.replaced`)).toBe(false);
  });
});
