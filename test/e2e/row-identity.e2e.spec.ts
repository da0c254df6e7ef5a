import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningPlatform, type Effect, type Submitted, type Uploaded } from './running-platform.js';

interface Figure {
  readonly children: number;
  readonly adults: number;
  readonly childrenThroughCarerOnly: number;
  readonly unlinkable: number;
  readonly upperBound: number;
}
interface Told {
  readonly upload: Uploaded;
  readonly submission: Submitted;
}
type Mode = 'replace' | 'add';

const sessionTitles = 'Participant type,Email,Session date,Session type,Attended';
const caseTitles =
  'Case number,Participant type,First name,Email,Carer email address,DOB,Gender,Session date,Session type,Attended';
const userTitles =
  'Case number,Participant type,First name,Email,Carer email address,DOB,Gender,Postcode,Date registered,Consent given';
const lines = (titles: string, ...rows: readonly string[]) => [titles, ...rows, ''].join('\n');

/** The people in these files are invented. */
describe('rows of several files', () => {
  const platform = new RunningPlatform();
  const sent: Told[] = [];

  beforeAll(() => platform.start('row identity'));
  afterAll(() => platform.stop());

  const send = async (
    dataset: string,
    provider: string,
    period: string,
    content: string,
    mode: Mode = 'replace',
  ): Promise<Told> => {
    const upload = await platform.upload({ dataset, period, provider }, content);
    const submission = await platform.submitUpload(provider, upload.id, { mode });
    await platform.until(submission.id, 'linked');
    const told = { upload, submission };
    sent.push(told);
    return told;
  };
  const reach = async (period: string): Promise<Figure> =>
    (await platform.read<{ reach: Figure }>(`/v1/figures/reach?period=${period}`)).reach;
  const naturalThinkers = (period: string, content: string, mode?: Mode) =>
    send('natural-thinkers.engagement', 'natural-thinkers-team', period, content, mode);

  it('both count when two centres send sessions without case numbers', async () => {
    const a = [
      'adult,ann@example.org,04/07/2023,Drop-in,Yes',
      'adult,bea@example.org,04/07/2023,Drop-in,Yes',
    ];
    const b = [
      'adult,cat@example.org,04/07/2023,Drop-in,Yes',
      'adult,dee@example.org,04/07/2023,Drop-in,Yes',
      'adult,eve@example.org,05/07/2023,Drop-in,Yes',
    ];
    await naturalThinkers('2023-24-Q2', lines(sessionTitles, ...a));
    const { submission } = await naturalThinkers('2023-24-Q2', lines(sessionTitles, ...b), 'add');
    expect(submission.effect).toMatchObject({ adds: 3, replaces: 0, retires: 0 });
    expect(await reach('2023-24-Q2')).toMatchObject({ adults: 5, upperBound: 5 });
  });

  it('both count when a later quarter brings a late session without a case number', async () => {
    await naturalThinkers('2020-21-Q2', lines(sessionTitles, 'adult,fay@example.org,07/07/2020,Drop-in,Yes'));
    const late = lines(
      sessionTitles,
      'adult,gil@example.org,07/10/2020,Drop-in,Yes',
      'adult,hal@example.org,07/07/2020,Drop-in,Yes',
    );
    const { submission } = await naturalThinkers('2020-21-Q3', late);
    expect(submission.effect).toMatchObject({ adds: 2, replaces: 0, retires: 0 });
    expect(await reach('2020-21-Q2')).toMatchObject({ adults: 2 });
  });

  it('each count when they name nobody, in either of two files', async () => {
    const anonymous = (...days: string[]) =>
      lines(sessionTitles, ...days.map((day) => `adult,,${day}/01/2021,Drop-in,Yes`));
    await naturalThinkers('2020-21-Q4', anonymous('05', '05', '05'));
    await naturalThinkers('2020-21-Q4', anonymous('05', '05', '06'), 'add');
    expect(await reach('2020-21-Q4')).toMatchObject({ unlinkable: 6, upperBound: 6 });
  });

  it('both count when a case number is used for two people, and the answer says so', async () => {
    const session = (email: string, minutes: string) =>
      `K1,adult,,${email},,,,06/04/2022,Drop-in,Yes,${minutes}`;
    const titles = `${caseTitles},Minutes`;
    const period = '2022-23-Q1';
    const first = await send(
      'pairs-together-time.engagement',
      'parent-infant-team',
      period,
      lines(titles, session('ida@example.org', '30')),
    );
    const other = await send(
      'pairs-together-time.engagement',
      'parent-infant-team',
      period,
      lines(titles, session('jon@example.org', '30'), session('ida@example.org', '45')),
      'add',
    );
    expect(other.upload.ifSubmitted?.add).toMatchObject({ adds: 1, replaces: 1, sharesKey: 1, retires: 0 });
    expect(other.upload.ifSubmitted?.replace).toMatchObject({ retires: 0, replaces: 1 });
    const again = await send(
      'pairs-together-time.engagement',
      'parent-infant-team',
      period,
      lines(titles, session('jon@example.org', '30')),
      'add',
    );
    expect(again.submission.effect).toMatchObject({ adds: 0, equal: 1 });
    expect(await reach(period)).toMatchObject({ adults: 2 });
    await platform.withdraw(first.submission.id);
    await platform.until(first.submission.id, 'withdrawn');
    expect(await reach(period)).toMatchObject({ adults: 2 });
  });

  it('leave no trace of a wrong role once they are corrected', async () => {
    const period = '2021-22-Q4';
    const row = (role: string, email: string) =>
      `R1,${role},Zoe,${email},mum@example.org,03/03/2018,F,05/01/2022,Drop-in,Yes`;
    const sendRow = (content: string) =>
      send('pairs-together-time.engagement', 'parent-infant-team', period, lines(caseTitles, content));
    await sendRow(row('adult', 'zoe@example.org'));
    const corrected = await sendRow(row('child', ''));
    expect(corrected.submission.effect).toMatchObject({ adds: 1, retires: 1 });
    expect(await reach(period)).toMatchObject({ children: 1, adults: 0 });
  });

  it('stop counting when consent is withdrawn for their case number, until it is given again', async () => {
    const users = (period: string, ...rows: string[]) =>
      send('natural-thinkers.user', 'natural-thinkers-team', period, lines(userTitles, ...rows));
    const zoe = (consent: string) =>
      `C2,child,Zoe,,kim@example.org,03/03/2020,F,ZZ1 1AA,01/04/2021,${consent}`;
    await users('2021-22-Q1', 'C1,adult,,kim@example.org,,01/02/1990,F,ZZ1 1AA,01/04/2021,Yes', zoe('Yes'));
    await naturalThinkers(
      '2021-22-Q1',
      lines(caseTitles, 'C1,adult,,kim@example.org,,01/02/1990,F,04/05/2021,Drop-in,Yes'),
    );
    expect(await reach('2021-22-Q1')).toMatchObject({ childrenThroughCarerOnly: 1 });
    const no = await users(
      '2021-22-Q2',
      zoe('consent withdrawn 02/07'),
      'C3,adult,,bob@example.org,,01/02/1991,M,ZZ1 1AA,01/07/2021,Yes',
    );
    expect(no.upload.counts).toMatchObject({ accepted: 1, rejected: 1, consentRefused: 1 });
    expect(no.upload.ifSubmitted?.replace).toMatchObject({ adds: 1, retires: 1, refuses: 1 });
    expect(await reach('2021-22-Q1')).toMatchObject({ adults: 1, childrenThroughCarerOnly: 0 });
    const ledger = (await platform.ledger()).join('\n');
    expect(ledger).toContain('"ConsentRefused"');
    expect(ledger).toContain('"consent-refused"');
    await platform.halt();
    await platform.start('row identity');
    // After a restart, the refusal still overrides an earlier quarter that is sent again.
    await users('2021-22-Q1', 'C1,adult,,kim@example.org,,01/02/1990,F,ZZ1 1AA,02/04/2021,Yes', zoe('Yes'));
    expect(await reach('2021-22-Q1')).toMatchObject({ childrenThroughCarerOnly: 0 });
    const yes = await users('2021-22-Q3', zoe('Yes'));
    expect(await reach('2021-22-Q1')).toMatchObject({ childrenThroughCarerOnly: 1 });
    await platform.withdraw(yes.submission.id);
    await platform.until(yes.submission.id, 'withdrawn');
    expect(await reach('2021-22-Q1')).toMatchObject({ childrenThroughCarerOnly: 0 });
    await platform.withdraw(no.submission.id);
    await platform.until(no.submission.id, 'withdrawn');
    expect(await reach('2021-22-Q1')).toMatchObject({ childrenThroughCarerOnly: 1 });
  });

  it('of an academic year override those of its first quarter', async () => {
    const row = (name: string, postcode: string, day: string) =>
      `${name},adult,,${name.toLowerCase()}@example.org,,,F,${postcode},${day},Yes`;
    const users = (period: string, ...rows: string[]) =>
      send('making-it-real.user', 'early-learning-team', period, lines(userTitles, ...rows));
    await users('2021-22-Q1', row('M1', 'ZZ2 4AQ', '05/05/2021'));
    const year = await users(
      '2021-22-AY',
      row('M1', 'ZZ2 3AP', '05/05/2021'),
      row('M2', 'ZZ2 3AP', '05/11/2021'),
    );
    expect(year.submission.effect).toMatchObject({ adds: 1, replaces: 1, overtaken: 0, retires: 0 });
  });

  it('have in every file the effect that ingest foresaw', async () => {
    interface Row {
      readonly submission: string | null;
      readonly outcomes: Readonly<Record<string, number>> | null;
    }
    const { submissions } = await platform.read<{ submissions: Row[] }>('/v1/submissions?limit=500');
    expect(sent.length).toBeGreaterThan(15);
    for (const { upload, submission } of sent) {
      const { outcomes } = submissions.find((row) => row.submission === submission.id) ?? {};
      const { effect } = submission;
      if (effect === undefined || outcomes == null) throw new Error(`nothing is told of ${submission.id}`);
      expect(outcomes).toMatchObject({
        retired: effect.replaces + effect.retires,
        unchanged: effect.equal,
        superseded: effect.overtaken,
      });
      const foretold: readonly (Effect | undefined)[] = Object.values(upload.ifSubmitted ?? {});
      expect(foretold).toContainEqual(effect);
    }
  });
});
