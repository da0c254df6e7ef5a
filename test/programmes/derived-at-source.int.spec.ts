import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readProgramme, type Programme } from '@kinledger/programme';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takenRows, type TakenRow } from './files-through.js';

const leap = fileURLToPath(new URL('../../programmes/leap', import.meta.url));
const sources = ['health-visiting.user', 'maternity.user', 'caseload-midwifery.user'];
const size = { people: 300, quarters: 2, seed: 'derived at source' };
const only = [...sources, 'dv-enhanced-caseworkers.user', 'baby-steps.user', 'natural-thinkers.user'];

describe('the sources of LEAP that pseudonymise', () => {
  let folder: string;
  let programme: Programme;
  let rows: readonly TakenRow[];
  const of = (dataset: string) => rows.filter((taken) => taken.dataset.id === dataset);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kinledger-derived-'));
    await cp(leap, folder, { recursive: true });
    const file = join(folder, 'programme.json');
    const json = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...json, derivations: 'op-kin-1' }));
    programme = await readProgramme(folder);
    rows = await takenRows(programme, { ...size, only });
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('send derived digests where the programme has a profile and the agreement permits them', () => {
    for (const dataset of sources) {
      const taken = of(dataset);
      expect(taken.length, dataset).toBeGreaterThan(5);
      const derived = taken.filter(({ row }) => row.derived.length > 0);
      expect(derived.length / taken.length, dataset).toBeGreaterThan(0.8);
    }
    const refuge = of('dv-enhanced-caseworkers.user');
    expect(refuge.length).toBeGreaterThan(5);
    expect(refuge.flatMap(({ row }) => row.derived)).toEqual([]);
  });

  it('send none without a profile', async () => {
    const plain = await takenRows(await readProgramme(leap), { ...size, only: sources });
    expect(plain.length).toBeGreaterThan(50);
    expect(plain.flatMap(({ row }) => row.derived)).toEqual([]);
  });

  it('share derived tokens with clear files about the same people', () => {
    const tokensOf = ({ row }: TakenRow) =>
      row.derived.flatMap(({ derivation, tokens }) => tokens.map((token) => `${derivation} ${token}`));
    const inClear = Map.groupBy(
      [...of('baby-steps.user'), ...of('natural-thinkers.user')].filter(({ person }) => person !== ''),
      ({ person }) => person,
    );
    const pairs = sources
      .flatMap(of)
      .flatMap((one) => (inClear.get(one.person) ?? []).map((other) => [one, other] as const));
    expect(pairs.length).toBeGreaterThan(10);
    const agreeing = pairs.filter(([one, other]) => {
      const known = new Set(tokensOf(other));
      return tokensOf(one).filter((token) => known.has(token)).length > 5;
    });
    expect(agreeing.length / pairs.length).toBeGreaterThan(0.6);
  });
});
