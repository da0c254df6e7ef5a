import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningPlatform } from './running-platform.js';

const example = fileURLToPath(new URL('../../docs/examples/studies/collective-impact.json', import.meta.url));

interface Reach {
  readonly children: number;
  readonly adults: number;
  readonly unlinkable: number;
  readonly upperBound: number;
}

const sessionTitles =
  'case_number,participant_type,first_name,email,carer_email,date_of_birth,gender,session_date,session_kind,attended';
const personTitles =
  'case_number,participant_type,first_name,email,carer_email,contact_number,nhs_number,date_of_birth,gender,postcode,date_registered,consent_given';

describe('reach, from values as people and spreadsheets write them', () => {
  const platform = new RunningPlatform();
  beforeAll(() => platform.start());
  afterAll(() => platform.stop());

  const send = async (
    [dataset, provider]: readonly [string, string],
    period: string,
    titles: string,
    lines: readonly string[],
  ) => {
    const upload = await platform.upload({ dataset, period, provider }, [titles, ...lines, ''].join('\n'));
    const submission = await platform.submitUpload(provider, upload.id);
    await platform.until(submission.id, 'linked');
    return upload;
  };
  const reachIn = async (period: string) => {
    const { reach } = await platform.read<{ reach: Reach }>(`/v1/figures/reach?period=${period}`);
    const { children, adults, unlinkable, upperBound } = reach;
    return { children, adults, unlinkable, upperBound };
  };
  const naturalThinkers = ['natural-thinkers.engagement', 'natural-thinkers-team'] as const;
  const pairs = ['pairs-together-time.engagement', 'parent-infant-team'] as const;
  const library = ['doorstep-library.engagement', 'doorstep-library'] as const;
  const breastfeeding = ['breastfeeding-peer-support.user', 'breastfeeding-team'] as const;
  const breastfeedingSessions = ['breastfeeding-peer-support.engagement', 'breastfeeding-team'] as const;
  const twoDigits = (value: number) => String(value).padStart(2, '0');

  it('counts nine spellings of one address as one adult', async () => {
    const spellings = [
      ...[
        'd3@example.org',
        '<d3@example.org>',
        'mailto:d3@example.org',
        '"d3@example.org,"',
        'd3@example.org;',
      ],
      ...["'d3@example.org", 'd3@example.org?', 'D3@EXAMPLE.ORG', ' d3@example.org '],
    ];
    await send(
      naturalThinkers,
      '2020-21-Q1',
      sessionTitles,
      spellings.map((email, index) => `A1,adult,,${email},,,,0${index + 1}/05/2020,Drop-in,Yes`),
    );
    expect(await reachIn('2020-21-Q1')).toEqual({ children: 0, adults: 1, unlinkable: 0, upperBound: 1 });
  });

  it('counts nobody by a placeholder address, but puts its rows in the upper bound', async () => {
    const lines = Array.from(
      { length: 20 },
      (_, index) => `p${index},adult,,none@none.com,,,,${twoDigits(index + 1)}/07/2021,Drop-in,Yes`,
    );
    await send(naturalThinkers, '2021-22-Q2', sessionTitles, lines);
    expect(await reachIn('2021-22-Q2')).toEqual({ children: 0, adults: 0, unlinkable: 20, upperBound: 20 });
  });

  it('counts twelve people with a placeholder NHS number as twelve', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `NP${index}`);
    await send(
      breastfeeding,
      '2023-24-Q1',
      personTitles,
      ids.map((id) => `${id},adult,,${id}@example.org,,,9876543210,,F,ZZ1 1AA,05/05/2023,Yes`),
    );
    await send(
      breastfeedingSessions,
      '2023-24-Q1',
      'case_number,participant_type,first_name,email,carer_email,nhs_number,date_of_birth,gender,session_date,session_kind,attended',
      ids.map(
        (id, index) => `${id},adult,,${id}@example.org,,,,,${twoDigits(index + 5)}/05/2023,Drop in,Yes`,
      ),
    );
    expect(await reachIn('2023-24-Q1')).toEqual({ children: 0, adults: 12, unlinkable: 0, upperBound: 12 });
  });

  it('counts a child once, however two services write the letters of its name', async () => {
    const names = [
      ...[['Łukasz', 'Lukasz'] as const, ['Øyvind', 'Oyvind'] as const, ['Đức', 'Duc'] as const],
      ...[['Æthel', 'Aethel'] as const, ['Zoë', 'Zoe'] as const, ['İsmail', 'Ismail'] as const],
      ...[['Дмитрий', 'Dmitri'] as const, ['Ħaniva', 'Haniya'] as const, ['Baby 1', 'Baby 2'] as const],
    ];
    const lines = (spelling: 0 | 1) =>
      names.map(
        (name, index) =>
          `L${index},child,${name[spelling]},,carer${index}@example.org,03/02/2020,F,05/01/2023,Group,Yes`,
      );
    await send(pairs, '2022-23-Q4', sessionTitles, lines(0));
    await send(naturalThinkers, '2022-23-Q4', sessionTitles, lines(1));
    expect(await reachIn('2022-23-Q4')).toEqual({ children: 9, adults: 0, unlinkable: 0, upperBound: 9 });
  });

  it('counts people of the armed forces, without fixed abode, and without a stated gender', async () => {
    const people = [
      ...['a1,adult,,a1@example.org,,,17/02/1990,F,BFPO 1', 'a2,adult,,a2@example.org,,,17/02/1990,F,NFA'],
      ...[
        'a3,adult,,a3@example.org,,,17/02/1990,Not stated,ZZ1 1AA',
        'a4,adult,,a4@example.org,,,,0,ZZ1 1AA',
      ],
    ];
    const user = await send(
      ['doorstep-library.user', 'doorstep-library'],
      '2023-24-Q3',
      personTitles.replace('nhs_number,', ''),
      people.map((line) => `${line},05/10/2023,Yes`),
    );
    expect(user.counts).toMatchObject({ accepted: 4, rejected: 0 });
    await send(library, '2023-24-Q3', sessionTitles, [
      ...['a1', 'a2', 'a3', 'a4'].map((id) => `${id},adult,,${id}@example.org,,,,05/11/2023,Group,Yes`),
      // A child without a gender has no child key: it cannot be linked, and is in the bound.
      'a5,child,Zoe,,a4@example.org,03/02/2020,Not known,05/11/2023,Group,Yes',
    ]);
    expect(await reachIn('2023-24-Q3')).toEqual({ children: 0, adults: 4, unlinkable: 1, upperBound: 5 });
  });

  it('hands an evaluator the people whom agreements and consents allow, until the study’s key is destroyed', async () => {
    const consented = `${personTitles.replace('nhs_number,', '')},consent_form_version`;
    await send(['natural-thinkers.user', 'natural-thinkers-team'], '2023-24-Q2', consented, [
      'EV1,adult,,ev1@example.org,,,17/02/1990,F,ZZ1 1AA,05/07/2023,Yes,2023-2',
      'EV2,adult,,ev2@example.org,,,18/02/1990,F,ZZ1 1AA,05/07/2023,Yes,2022-1',
    ]);
    await send(naturalThinkers, '2023-24-Q2', sessionTitles, [
      'EV1,adult,,ev1@example.org,,,,08/07/2023,Group,Yes',
      'EV2,adult,,ev2@example.org,,,,08/07/2023,Group,Yes',
    ]);
    const folder = mkdtempSync(join(tmpdir(), 'kinledger-study-'));
    try {
      const file = join(folder, 'specification.json');
      const whole = JSON.parse(readFileSync(example, 'utf8')) as object;
      const cohort = { who: 'engaged', roles: ['adult'] };
      const datasets = ['natural-thinkers.user', 'natural-thinkers.engagement'];
      writeFileSync(file, JSON.stringify({ ...whole, cohort, datasets }));
      const run = (...args: readonly string[]) => platform.installation.json('study', ...args);
      await run('extract', file, '--out', join(folder, 'extract.zip'));
      expect(readFileSync(join(folder, 'extract.zip')).subarray(0, 2).toString()).toBe('PK');
      expect(await run('list')).toMatchObject({
        studies: [{ study: 'collective-impact', extracts: [{ people: 1 }] }],
      });
      await run('destroy', 'collective-impact', '--out', join(folder, 'certificate.md'), '--yes');
      const refused = await platform.installation.run(
        'study',
        'extract',
        file,
        '--out',
        join(folder, 'more.zip'),
      );
      expect(refused.stderr).toMatch(/The key of this study is destroyed/);
      expect(readdirSync(folder).sort()).toEqual(['certificate.md', 'extract.zip', 'specification.json']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('counts no event dated far outside its period, in any quarter', async () => {
    const session = (id: string, date: string) => `${id},adult,,${id}@example.org,,,,${date},Group,Yes`;
    await send(library, '2021-22-Q1', sessionTitles, [
      session('D1', '05/05/2021'),
      session('D2', '05/05/2091'),
      session('D3', '05/05/1921'),
    ]);
    expect(await reachIn('2021-22-Q1')).toEqual({ children: 0, adults: 1, unlinkable: 0, upperBound: 1 });
    const [dates] = await platform.query<{ first: number; last: number }>(
      `SELECT extract(year FROM min(event_date))::int AS first, extract(year FROM max(event_date))::int AS last
         FROM golden.engagement`,
    );
    expect(dates).toEqual({ first: 2020, last: 2023 });
  });
});
