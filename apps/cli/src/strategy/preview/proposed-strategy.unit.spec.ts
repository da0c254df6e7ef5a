import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readProgramme, type ProgrammeDefinition } from '@kinledger/programme';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proposedDefinition, requireOneProposal, type ProposedOptions } from './proposed-strategy.js';

const LEAP = join(import.meta.dirname, '../../../../../programmes/leap');
const folder = mkdtempSync(join(tmpdir(), 'kinledger-proposed-'));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
let leap: ProgrammeDefinition;
beforeAll(async () => {
  leap = { ...(await readProgramme(LEAP)).definition, derivations: 'op-kin-1' };
});
afterAll(() => rmSync(folder, { recursive: true }));

const proposed = async (options: ProposedOptions, inForce = leap) =>
  (await proposedDefinition(options, { definition: inForce, people: 12_345 })).strategy;

describe('a proposed strategy', () => {
  it('keeps the limits in force, and takes the shipped model for about so many rows of people', async () => {
    const { maxHoldersPerToken } = leap.strategy;
    expect(await proposed({ strategy: 'kin-1' })).toMatchObject({
      ...{ name: 'kin-1', maxHoldersPerToken, model: { coldStart: 12_000 } },
      ...{ maxHoldersPerKey: 100, reviewFrom: 4_000, linkFrom: 7_000, margin: 3_000 },
    });
  });

  it('changes of kin-1 in force only what is named', async () => {
    const inForce = { ...leap, strategy: await proposed({ strategy: 'kin-1', linkFrom: 9_000 }) };
    expect(await proposed({ reviewFrom: 5_000 }, inForce)).toEqual({
      ...inForce.strategy,
      reviewFrom: 5_000,
    });
  });

  it('returns to leap-1 with the limits in force', async () => {
    const inForce = { ...leap, strategy: await proposed({ strategy: 'kin-1' }) };
    expect(await proposed({ strategy: 'leap-1' }, inForce)).toEqual(leap.strategy);
  });

  it('takes the strategy of a whole definition, and nothing else of it', async () => {
    const { definition } = { definition: { ...leap, version: 9 } };
    expect(await proposedDefinition({ definition: LEAP }, { definition, people: 2 })).toEqual(definition);
  });

  it.each<[string, ProposedOptions, string]>([
    ['a file that is no model', { model: file('other.json', '{"format":"other"}') }, 'is no model'],
    ['bands that overlap', { strategy: 'kin-1', reviewFrom: 6_000 }, 'band of review'],
    ['bands of a strategy without scores', { strategy: 'leap-1', linkFrom: 1 }, 'neither a model nor bands'],
  ])('refuses %s', async (_, options, message) => {
    await expect(proposed(options)).rejects.toThrow(message);
  });

  it('refuses kin-1 for a programme that derives no tokens, and says what to do', async () => {
    const { derivations: _, ...without } = leap;
    await expect(proposed({ strategy: 'kin-1' }, without)).rejects.toThrow(
      'set "derivations" in its definition',
    );
  });

  it('is said once', () => {
    expect(() => requireOneProposal({})).toThrow('say which strategy');
    expect(() => requireOneProposal({ definition: LEAP, strategy: 'kin-1' })).toThrow('leave out the other');
    expect(() => requireOneProposal({ strategy: 'kin-1', margin: 2_000 })).not.toThrow();
  });
});
