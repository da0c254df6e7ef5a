import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningPlatform } from './running-platform.js';

interface Figure {
  readonly children: number;
  readonly adults: number;
  readonly families: number;
  readonly childrenThroughCarerOnly: number;
  readonly workforce: number;
  readonly unlinkable: number;
  readonly referred: number;
  readonly indistinct: number;
  readonly upperBound: number;
  readonly anonymous: number;
}

const sessionTitles =
  'case_number,participant_type,first_name,email,carer_email,date_of_birth,gender,session_date,session_kind,attended';
const numberedSessionTitles = sessionTitles.replace('carer_email,', 'carer_email,nhs_number,');
const personTitles =
  'case_number,participant_type,first_name,email,carer_email,contact_number,date_of_birth,gender,postcode,date_registered,consent_given';
const numberedPersonTitles = personTitles.replace('contact_number,', 'contact_number,nhs_number,');

const times = (count: number, line: (n: number) => string): string[] =>
  Array.from({ length: count }, (_, n) => line(n));
const twoDigits = (value: number) => String(value).padStart(2, '0');
/** Day `n` of the month, wrapping after the 28th. */
const dayOf = (month: string, n: number) => `${twoDigits((n % 28) + 1)}/${month}`;

/** NHS numbers of the range reserved for tests, with valid check digits. */
const nhsNumbers = (function* () {
  for (let n = 0; ; n++) {
    const digits = `999${String(n).padStart(6, '0')}`;
    const sum = Array.from(digits).reduce((total, digit, place) => total + Number(digit) * (10 - place), 0);
    const check = (11 - (sum % 11)) % 11;
    if (check !== 10) yield `${digits}${check}`;
  }
})();
const nhsNumber = (): string => nhsNumbers.next().value;

/** The people in these files are invented. */
describe('figures', () => {
  const platform = new RunningPlatform();
  beforeAll(() => platform.start('figures of rows'));
  afterAll(() => platform.stop());

  const providers: Readonly<Record<string, string>> = {
    'natural-thinkers': 'natural-thinkers-team',
    'pairs-together-time': 'parent-infant-team',
    'baby-steps': 'baby-steps-team',
  };
  /** Sends a file and waits until it is in the figures. @returns its submission. */
  const send = async (
    dataset: string,
    period: string,
    titles: string,
    lines: readonly string[],
    confirmRetiring = false,
  ): Promise<string> => {
    const provider = providers[dataset.split('.')[0] ?? ''] ?? '';
    const upload = await platform.upload({ dataset, period, provider }, [titles, ...lines, ''].join('\n'));
    const { id } = await platform.submitUpload(provider, upload.id, { confirmRetiring });
    await platform.until(id, 'linked');
    return id;
  };
  const reach = async (period: string): Promise<Figure> =>
    (await platform.read<{ reach: Figure }>(`/v1/figures/reach?period=${period}`)).reach;
  /** Number of entries in the ledger; each entry of a list counts as one. */
  const said = async (): Promise<number> => {
    const [counted] = await platform.query<{ said: number }>(
      `SELECT sum(coalesce(jsonb_array_length(coalesce(data->'placements', data->'relationships', data->'families')), 1))::integer AS said
       FROM (SELECT convert_from(bytes, 'UTF8')::jsonb->'data' AS data FROM ledger.event) event`,
    );
    return counted?.said ?? 0;
  };

  it('count nobody by an address that sixty cases share, but put each of their rows in the upper bound', async () => {
    await send(
      'natural-thinkers.engagement',
      '2021-22-Q1',
      sessionTitles,
      times(60, (n) => `p${n},adult,,desk@centre.example.org,,,,${dayOf('05/2021', n)},Drop-in,Yes`),
    );
    expect(await reach('2021-22-Q1')).toMatchObject({ adults: 0, unlinkable: 60, upperBound: 60 });
  });

  it('cost ledger entries in proportion to rows when an address has three hundred birth dates', async () => {
    const before = await said();
    const born = (n: number) => new Date(Date.UTC(1970, 0, 2 + 7 * n)).toISOString().slice(0, 10);
    await send(
      'natural-thinkers.engagement',
      '2022-23-Q4',
      sessionTitles,
      times(
        300,
        (n) => `w${n},adult,,door@centre.example.org,,${born(n)},,${dayOf('02/2023', n)},Drop-in,Yes`,
      ),
    );
    // One entry when received, one per row, one closing event.
    expect((await said()) - before).toBe(302);
    expect(await reach('2022-23-Q4')).toMatchObject({
      adults: 0,
      unlinkable: 300,
      referred: 0,
      upperBound: 300,
    });
  });

  it('count a mother and her children from one session file as a family', async () => {
    await send('natural-thinkers.engagement', '2020-21-Q1', sessionTitles, [
      's1,child,Zoe,,d26.mum@example.org,03/03/2018,F,04/05/2020,Drop-in,Yes',
      's2,child,Ike,,d26.mum@example.org,04/04/2019,M,04/05/2020,Drop-in,Yes',
      's3,adult,,d26.mum@example.org,,,,04/05/2020,Drop-in,Yes',
      // The mother attended without him.
      's4,child,Max,,d26.other@example.org,05/05/2019,M,04/05/2020,Drop-in,No',
      's5,adult,,d26.other@example.org,,,,04/05/2020,Drop-in,Yes',
    ]);
    expect(await reach('2020-21-Q1')).toMatchObject({
      ...{ children: 2, adults: 2, families: 2, childrenThroughCarerOnly: 1, upperBound: 4 },
    });
  });

  it.each([
    ['workforce first', '2023-24-Q1', ['natural-thinkers', 'pairs-together-time']],
    ['adult first', '2023-24-Q2', ['pairs-together-time', 'natural-thinkers']],
  ])(
    'count one person as an adult in one service and as workforce in another: %s',
    async (_, period, order) => {
      const month = period.endsWith('1') ? '05/2023' : '08/2023';
      const email = `pat.${period.toLowerCase()}@example.org`;
      const rows: Readonly<Record<string, string>> = {
        'natural-thinkers': `,practitioner,,${email},,,,05/${month},Group,Yes`,
        'pairs-together-time': `,adult,,${email},,,,06/${month},Drop-in,Yes`,
      };
      const ids: string[] = [];
      for (const service of order)
        ids.push(await send(`${service}.engagement`, period, sessionTitles, [rows[service] ?? '']));
      expect(await reach(period)).toMatchObject({ adults: 1, workforce: 1, upperBound: 1 });
      const [first = ''] = ids;
      await platform.withdraw(first);
      await platform.until(first, 'withdrawn');
      const left =
        order[0] === 'natural-thinkers' ? { adults: 1, workforce: 0 } : { adults: 0, workforce: 1 };
      expect(await reach(period)).toMatchObject(left);
    },
  );

  it('relate nobody through an address on sixty children’s rows', async () => {
    const numbers = times(60, nhsNumber);
    await send('baby-steps.user', '2022-23-Q1', numberedPersonTitles, [
      ...numbers.map(
        (n, k) => `K${k},child,Ann${k},,hall@centre.example.org,,${n},,F,ZZ1 1AA,05/05/2022,Yes`,
      ),
      'A1,adult,,hall@centre.example.org,,,,,F,ZZ1 1AA,05/05/2022,Yes',
    ]);
    await send(
      'baby-steps.engagement',
      '2022-23-Q1',
      numberedSessionTitles,
      numbers.map((n, k) => `K${k},child,Ann${k},,hall@centre.example.org,${n},,F,05/05/2022,Group,Yes`),
    );
    await send('baby-steps.engagement', '2022-23-Q2', numberedSessionTitles, [
      'A1,adult,,hall@centre.example.org,,,,,06/08/2022,Group,Yes',
    ]);
    expect(await reach('2022-23-Q1')).toMatchObject({ children: 60, families: 60, upperBound: 60 });
    expect(await reach('2022-23-Q2')).toMatchObject({ adults: 1, childrenThroughCarerOnly: 0 });
  });

  it('count anonymous attendances separately, outside the upper bound', async () => {
    await send(
      'pairs-together-time.engagement',
      '2022-23-Q3',
      sessionTitles,
      times(10, (n) => `,Anonymous,,,,,,${dayOf('11/2022', n)},Drop in,Yes`),
    );
    expect(await reach('2022-23-Q3')).toMatchObject({ anonymous: 10, unlinkable: 0, upperBound: 0 });
  });

  it('use the later address if neither dataset is in the authority order', async () => {
    const person = (id: string, postcode: string, on: string) =>
      `${id},adult,,moved@example.org,,,,F,${postcode},${on},Yes`;
    await send('natural-thinkers.user', '2021-22-Q2', personTitles, [person('O1', 'ZZ2 3AP', '05/08/2021')]);
    const [earlier] = await areaOf('moved');
    await send('pairs-together-time.user', '2023-24-Q3', personTitles, [
      person('O2', 'ZZ2 4AQ', '05/11/2023'),
    ]);
    const [later] = await areaOf('moved');
    expect(earlier).toMatch(/^E01/);
    expect(later).toMatch(/^E01/);
    expect(later).not.toBe(earlier);
  });

  it('withhold the area once any service marks the address as protected', async () => {
    const person = (id: string, postcode: string, on: string) =>
      `${id},adult,,refuge@example.org,,,,F,${postcode},${on},Yes`;
    await send('natural-thinkers.user', '2020-21-Q2', personTitles, [person('F1', 'ZZ2 3AP', '05/08/2020')]);
    expect((await areaOf('refuge'))[0]).toMatch(/^E01/);
    await send('pairs-together-time.user', '2020-21-Q3', personTitles, [
      person('F2', 'ZZ9 9ZZ', '05/11/2020'),
    ]);
    expect(await areaOf('refuge')).toEqual([null]);
    // Another service gives a later address without that mark.
    await send('natural-thinkers.user', '2021-22-Q3', personTitles, [person('F1', 'ZZ2 4AQ', '05/11/2021')]);
    expect(await areaOf('refuge')).toEqual([null]);
  });

  it('cost ledger entries in proportion to rows when sixty adults and five hundred children share an address', async () => {
    const before = await said();
    const lines = [
      ...times(60, (n) => `R${n},adult,,loft@centre.example.org,,,${nhsNumber()},,F,ZZ1 1AA,05/05/2023,Yes`),
      ...times(
        500,
        (n) => `Q${n},child,Bo${n},,loft@centre.example.org,,${nhsNumber()},,F,ZZ1 1AA,05/05/2023,Yes`,
      ),
    ];
    // A cumulative file: it retires the earlier rows that it leaves out.
    const id = await send('baby-steps.user', '2023-24-Q1', numberedPersonTitles, lines, true);
    const after = await said();
    expect(after - before).toBeLessThan(3 * lines.length);
    await platform.withdraw(id);
    await platform.until(id, 'withdrawn');
    expect((await said()) - after).toBeLessThan(3 * lines.length);
  });

  /** The areas of the individual with the newest registration under an address, in order of arrival. */
  const areaOf = async (who: 'moved' | 'refuge'): Promise<readonly (string | null)[]> => {
    const services =
      who === 'moved' ? ['2021-22-Q2', '2023-24-Q3'] : ['2020-21-Q2', '2020-21-Q3', '2021-22-Q3'];
    const rows = await platform.query<{ area: string | null }>(
      `SELECT DISTINCT i.attributes->>'lsoa' AS area FROM golden.record r
       JOIN golden.submission s USING (submission_id) JOIN golden.individual i ON i.individual_id = r.individual_id
       WHERE r.state = 'linked' AND s.period IN (${services.map((period) => `'${period}'`).join(', ')})
         AND r.dataset LIKE '%.user'`,
    );
    return rows.map(({ area }) => area);
  };
});
