import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RunningPlatform } from './running-platform.js';

const leap = join(import.meta.dirname, '../../programmes/leap');

describe('a home with a definition of its own', () => {
  const platform = new RunningPlatform();
  const own = join(platform.installation.home, 'definition');
  let programme: string;

  const definitionIn = (folder: string) =>
    JSON.parse(readFileSync(join(folder, 'programme.json'), 'utf8')) as { readonly version: number };
  /** Gives the programme a version so many above that of LEAP. */
  const raise = (by: number) => {
    const definition = { ...definitionIn(leap), version: definitionIn(leap).version + by };
    writeFileSync(join(programme, 'programme.json'), JSON.stringify(definition));
  };
  const raised = () => definitionIn(own).version - definitionIn(leap).version;

  beforeAll(async () => {
    programme = mkdtempSync(join(tmpdir(), 'kinledger-own-'));
    cpSync(leap, programme, { recursive: true });
    await platform.start('own', '--strategy', 'leap-1');
    await vi.waitUntil(async () => (await platform.ledger()).length > 0, { timeout: 60_000 });
    await platform.halt();
  });
  afterAll(async () => {
    await platform.stop();
    rmSync(programme, { recursive: true });
  });

  it('refuses a definition of a lower version than the one in force, and keeps its own', async () => {
    raise(-1);
    const refused = await platform.installation.run('start', '--free-ports', '--programme', programme);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('name the folder of that one with --programme, or go back with');
    expect(raised()).toBe(0);
  });

  it('goes back to a lower version if it is told to', async () => {
    await platform.start(undefined, '--programme', programme, '--earlier-definition');
    await platform.halt();
    expect(raised()).toBe(-1);
  });

  it('keeps a copy of the definition that a start names', async () => {
    raise(2);
    await platform.start(undefined, '--programme', programme);
    const { programmeDirectory } = platform.connected;
    expect(programmeDirectory).toBe(own);
    await platform.halt();
    expect(raised()).toBe(2);
  });

  it('is read before the home is emptied', async () => {
    await platform.start('own', '--fresh', '--programme', own, '--strategy', 'kin-1');
    await platform.halt();
    expect(raised()).toBe(3);
  });
});
