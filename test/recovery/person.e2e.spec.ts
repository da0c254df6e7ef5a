import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_MESSAGE_BYTES, type ProviderId } from '@kinledger/contracts';
import { unpackBytes } from '@kinledger/database';
import {
  canonicalBirthDate,
  canonicalCaseNumber,
  canonicalChildFirstName3,
  canonicalEmail,
  canonicalGender,
} from '@kinledger/domain';
import { bodiesIn } from '@kinledger/event-store';
import { readProgramme } from '@kinledger/programme';
import { keysOf, personMarksOf, readSecrets } from '@kinledger/pseudonymisation';
import { namedPerson, type NamedPerson } from '@kinledger/pseudonymised-rows';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningPlatform, type Submitted } from '../e2e/running-platform.js';

interface Erased {
  readonly id: string;
  readonly suppression: string;
  readonly marks: number;
  readonly erasure?: { readonly state: string; readonly position: number };
}
interface Shown {
  readonly suppressed?: number;
  readonly state: string;
}
interface Reported {
  readonly counts: Readonly<Record<string, number>> | null;
  readonly outcomes: Readonly<Record<string, number>> | null;
  readonly submission: string | null;
}

const folder = mkdtempSync(join(tmpdir(), 'kinledger-person-'));
const backup = join(folder, 'backup');
const keys = join(folder, 'keys');
const titles =
  'Case number,Participant type,First name,Email,Carer email address,DOB,Gender,Postcode,Date registered,Consent given';
const zoe = 'C-2,child,Zoe,,amara@example.org,29/02/2020,F,ZZ1 1AA,04/07/2023,Yes';
const amara = 'C-1,adult,,amara@example.org,,01/02/1990,F,ZZ1 1AA,04/07/2023,Yes';
const ben = 'C-3,child,Ben,,bea@example.org,05/05/2021,M,ZZ1 1AA,04/07/2023,Yes';
const file = (...rows: readonly string[]) => [titles, ...rows, ''].join('\n');
const provider = 'natural-thinkers-team';
const dataset = 'natural-thinkers.user';

/** What a data officer writes of Zoe: as on her form, not as the platform spells it. */
const zoeOnPaper = {
  child: { carerEmail: ' Amara@Example.org', birthDate: '29/02/2020', firstName: 'zoë', gender: 'female' },
};
const erasing = ['--basis', 'data-subject-request'];

const original = new RunningPlatform();
const restored = new RunningPlatform();
let zoeNamed: NamedPerson;
/** What may be looked for of Amara: her email. */
let amaraNamed: NamedPerson;

/** The people in these files are invented. */
describe('a person who asks to be erased', () => {
  const person = join(folder, 'person.json');
  let early: Submitted;

  const send = async (platform: RunningPlatform, period: string, content: string): Promise<Submitted> => {
    const upload = await platform.upload({ dataset, period, provider }, content);
    const submission = await platform.submitUpload(provider, upload.id);
    await platform.until(submission.id, 'linked');
    return submission;
  };
  /** The submission as its provider sees it at intake. */
  const atIntake = async (platform: RunningPlatform, { id }: Submitted): Promise<Shown> => {
    const { services, tokens } = platform.connected;
    const answer = await fetch(`${services.ingest}/v1/submissions/${id}`, {
      headers: { authorization: `Bearer ${tokens.providers[provider] ?? ''}` },
    });
    return (await answer.json()) as Shown;
  };
  /** The submission as the reports show it. */
  const reported = async (platform: RunningPlatform, { id }: Submitted): Promise<Reported | undefined> =>
    (await platform.read<{ submissions: Reported[] }>('/v1/submissions?limit=500')).submissions.find(
      ({ submission }) => submission === id,
    );
  const untilCounted = async (platform: RunningPlatform, submission: Submitted, suppressed: number) => {
    await expect
      .poll(async () => (await reported(platform, submission))?.counts?.['suppressed'], { timeout: 60_000 })
      .toBe(suppressed);
    expect(await atIntake(platform, submission)).toMatchObject({ state: 'pseudonymised', suppressed });
  };
  const linked = async (platform: RunningPlatform) => (await platform.groups()).length;

  /** Places that hold one of the person's tokens or row keys, as bytes or as text, packed or not. */
  async function placesOf(platform: RunningPlatform, { tokens, rowKeys }: NamedPerson): Promise<string[]> {
    const needles = [...tokens.filter(({ use }) => use === 'identity').map(({ token }) => token), ...rowKeys];
    const spelt = needles.flatMap((needle) => [needle, Buffer.from(needle).toString('hex')]);
    const found: string[] = [];
    for (const database of ['platform', 'bus', 'restricted'] as const) {
      const tables = await platform.query<{ name: string }>(
        `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
        database,
      );
      for (const { name } of tables) {
        const rows = await platform.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`, database);
        if (rows.some(({ row }) => spelt.some((needle) => row.replaceAll('-', '').includes(needle))))
          found.push(`${database} ${name}`);
      }
    }
    const packed = [
      ...(await platform.query<{ place: string; bytes: Buffer }>(
        `SELECT 'bus ' || topic.name AS place, value AS bytes FROM bus.message JOIN bus.topic ON topic.id = topic_id`,
        'bus',
      )),
      ...(await platform.query<{ place: string; bytes: Buffer }>(
        `SELECT 'chunk' AS place, body AS bytes FROM linker.chunk
         UNION ALL SELECT 'segment', bytes FROM ledger.segment
         UNION ALL SELECT 'snapshot', bytes FROM linker.snapshot_piece`,
      )),
    ];
    for (const { place, bytes } of packed) {
      const hex = unpackBytes(bytes, 64 * 1024 * 1024).toString('hex');
      if (spelt.some((needle) => hex.includes(needle))) found.push(place);
    }
    return [...new Set(found)].sort();
  }

  beforeAll(async () => {
    writeFileSync(person, JSON.stringify(zoeOnPaper));
    await original.start();
    early = await send(original, '2023-24-Q2', file(amara, zoe, ben));
    const secrets = await readSecrets(join(original.installation.home, 'secrets'));
    const { datasets } = await readProgramme(original.connected.programmeDirectory);
    amaraNamed = namedPerson(keysOf(secrets), personMarksOf(secrets), datasets, {
      email: canonicalEmail('amara@example.org')!,
    });
    zoeNamed = namedPerson(keysOf(secrets), personMarksOf(secrets), datasets, {
      child: {
        carerEmail: canonicalEmail('amara@example.org')!,
        birthDate: canonicalBirthDate('2020-02-29')!,
        firstName3: canonicalChildFirstName3('Zoe')!,
        gender: canonicalGender('F')!,
      },
      caseNumber: { provider: provider as ProviderId, value: canonicalCaseNumber('C-2')! },
    });
    await original.halt();
    await original.installation.json('backup', '--out', backup, '--keys-out', keys);
    await original.start();
  });
  afterAll(async () => {
    await Promise.all([original, restored].map((platform) => platform.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  it('is told what cannot be read by field, and never by value; contacts alone name nobody', async () => {
    const wrong = join(folder, 'wrong.json');
    for (const [said, told] of [
      [{ nhsNumber: '943 476 5918' }, 'body.person.nhsNumber'],
      [{ child: { ...zoeOnPaper.child, carerEmail: 'amara at home' } }, 'body.person.child.carerEmail'],
      [{ email: 'amara@example.org', mobile: '07700 900123' }, 'name nobody alone'],
    ] as const) {
      writeFileSync(wrong, JSON.stringify(said));
      const { code, stderr } = await original.installation.run('erase', '--person', wrong, ...erasing);
      expect([code, stderr]).toEqual([1, expect.stringContaining(told)]);
      expect(stderr).not.toMatch(/amara|943 476|07700/i);
    }
  });

  it('is erased from ledger bodies, read models and inbox, and only then answered', async () => {
    expect(await placesOf(original, zoeNamed)).toEqual(
      expect.arrayContaining(['bus pseudonymisation.internal.row-pseudonymised.2', 'segment']),
    );
    const before = await linked(original);
    const erased = await original.installation.json<Erased>('erase', '--person', person, ...erasing);
    expect(erased).toMatchObject({ suppression: 'in-force', marks: 1, erasure: { state: 'accepted' } });
    await expect.poll(() => linked(original), { timeout: 60_000 }).toBe(before - 1);
    const list = join(original.installation.home, 'suppressions.jsonl');
    expect(statSync(list).mode & 0o777).toBe(0o600);
    expect(readFileSync(list, 'utf8').trim().split('\n')).toHaveLength(1);
    // Row keys stay in events of the ledger; tokens are nowhere: the topics that carried them are trimmed.
    const token = { ...zoeNamed, rowKeys: [] };
    await expect.poll(() => placesOf(original, token), { timeout: 60_000 }).toEqual([]);
    const logs = join(original.installation.home, 'logs');
    const said = readdirSync(logs)
      .map((name) => readFileSync(join(logs, name), 'utf8'))
      .join('\n');
    expect(said).toContain('erasure of a person ordered');
    expect(said).not.toMatch(/amara|zoe|zoë|29.02.2020|2020-02-29/i);
    for (const { token: text } of zoeNamed.tokens) expect(said).not.toContain(text);
    expect(
      await original.query(
        `SELECT (SELECT count(*)::int FROM landing.person_request) AS sealed,
                (SELECT count(*)::int FROM pseudonymiser.person_answer WHERE tokens <> '[]' OR row_keys <> '{}') AS found`,
        'restricted',
      ),
    ).toEqual([{ sealed: 0, found: 0 }]);
  });

  it('does not come back with the next file, which counts the row, and an unknown person is suppressed all the same', async () => {
    const before = await linked(original);
    const next = await send(original, '2023-24-Q3', file(amara, zoe.replace('C-2', 'C-9'), ben));
    await untilCounted(original, next, 1);
    const { counts, outcomes } = (await reported(original, next))!;
    const decided = Object.entries(outcomes ?? {}).filter(([outcome]) => outcome !== 'retired');
    expect(counts?.['accepted']).toBe(1 + decided.reduce((sum, [, rows]) => sum + rows, 0));
    expect(await linked(original)).toBe(before);
    const unknown = join(folder, 'unknown.json');
    writeFileSync(unknown, JSON.stringify({ nhsNumber: '943 476 5919' }));
    const { code, stderr } = await original.installation.run('erase', '--person', unknown, ...erasing);
    expect(code).toBe(1);
    expect(stderr).toContain('no record of this person');
    expect(stderr).toContain('Later rows of the person go no further');
  });

  it('stays away after an older backup is restored with both lists', async () => {
    const lists = ['erasures', 'suppressions'].flatMap((name) => [
      `--${name}`,
      join(original.installation.home, `${name}.jsonl`),
    ]);
    const home = restored.installation.home;
    const report = await restored.installation.json<{ suppressions: { marks: number } }>(
      ...['restore', backup, '--keys', keys, '--home', home, ...lists],
    );
    expect(report.suppressions).toEqual({ marks: 2 });
    await restored.start();
    const token = { ...zoeNamed, rowKeys: [] };
    const segments = await restored.query<{ bytes: Buffer }>('SELECT bytes FROM ledger.segment');
    const bodies = bodiesIn(segments.map(({ bytes }) => ({ bytes: unpackBytes(bytes, MAX_MESSAGE_BYTES) })));
    expect(JSON.stringify([...bodies.values()])).not.toContain(token.tokens[0]!.token);
    // Amara and Ben, once the read models are made again.
    await expect.poll(() => linked(restored), { timeout: 60_000 }).toBe(2);
    const next = await send(restored, '2023-24-Q3', file(zoe, ben));
    await untilCounted(restored, next, 1);
    expect(await linked(restored)).toBe(2);
  });

  it('comes back once the suppression is lifted, with the files from then on', async () => {
    const before = await linked(original);
    const lifting = ['--basis', 'consent-given-again'];
    const lifted = await original.installation.json<Erased>('erase', '--lift', person, ...lifting);
    expect(lifted).toMatchObject({ suppression: 'lifted', marks: 1 });
    const again = await send(original, '2023-24-Q4', file(zoe));
    await untilCounted(original, again, 0);
    expect(await linked(original)).toBe(before + 1);
    const { stderr } = await original.installation.run('erase', '--lift', person, ...lifting);
    expect(stderr).toContain('is not suppressed');
    expect(early.id).not.toBe(again.id);
  });

  it('may be named by a case number, which keeps rows of that number out too', async () => {
    const said = join(folder, 'number.json');
    writeFileSync(
      said,
      JSON.stringify({
        caseNumber: { provider, number: 'C-1' },
        email: 'amara@example.org',
        contacts: 'alone',
      }),
    );
    const before = await linked(original);
    // Zoe’s row, which came back, names Amara as her carer.
    expect(await placesOf(original, amaraNamed)).toContain('segment');
    const erased = await original.installation.json<Erased>('erase', '--person', said, ...erasing);
    expect(erased).toMatchObject({ suppression: 'in-force', erasure: { state: 'accepted' } });
    await expect.poll(() => linked(original), { timeout: 60_000 }).toBe(before - 1);
    await expect.poll(() => placesOf(original, amaraNamed), { timeout: 60_000 }).toEqual([]);
    const next = await send(original, '2024-25-Q1', file(amara, zoe, ben));
    await untilCounted(original, next, 1);
    expect(await linked(original)).toBe(before - 1);
    // Zoe’s new row says nothing of Amara, once what it was made from is gone.
    await expect.poll(() => placesOf(original, amaraNamed), { timeout: 60_000 }).toEqual([]);
    const verified = await original.installation.json<{ faults: { count: number } }>(
      'ledger',
      'verify',
      '--live',
    );
    expect(verified.faults.count).toBe(0);
  });

  it('is linked alike after a rotation of the token keys, which leaves no token of the older key anywhere', async () => {
    const home = join(original.installation.home, 'secrets');
    const { datasets } = await readProgramme(original.connected.programmeDirectory);
    const benUnder = async (version: number) => {
      const secrets = await readSecrets(home);
      return namedPerson(keysOf(secrets, version), personMarksOf(secrets), datasets, {
        child: {
          carerEmail: canonicalEmail('bea@example.org')!,
          birthDate: canonicalBirthDate('2021-05-05')!,
          firstName3: canonicalChildFirstName3('Ben')!,
          gender: canonicalGender('M')!,
        },
      });
    };
    const older = await benUnder(1);
    const before = await original.groups();
    expect(await placesOf(original, older)).toContain('segment');
    await original.installation.json('keys', 'create', '2');
    const rotated = await original.installation.json<{ keyVersion: number }>(
      ...['keys', 'rotate', '--reason', 'yearly-rotation'],
    );
    expect(rotated.keyVersion).toBe(2);
    expect(await original.installation.json('keys', 'status')).toMatchObject({ keyVersion: 2 });
    await original.query(`SELECT bus.apply_retention('2099-01-01', 100000)`, 'bus');
    expect(await placesOf(original, older)).toEqual([]);
    const newer = await benUnder(2);
    expect(await placesOf(original, newer)).toContain('segment');
    expect(await original.groups()).toEqual(before);
    const next = await send(original, '2024-25-Q2', file(ben));
    expect((await reported(original, next))?.outcomes).toMatchObject({ unchanged: 1 });
    expect(await original.groups()).toEqual(before);
    for (const command of ['verify', 'replay']) {
      const live = command === 'verify' ? ['--live'] : [];
      const { code, stderr } = await original.installation.run('ledger', command, ...live);
      expect([command, code, stderr]).toEqual([command, 0, expect.any(String)]);
    }
    const logs = join(original.installation.home, 'logs');
    const said = readdirSync(logs)
      .map((name) => readFileSync(join(logs, name), 'utf8'))
      .join('\n');
    const secrets = ['token-master-1', 'token-master-2'].map((name) =>
      readFileSync(join(home, name), 'utf8').trim(),
    );
    for (const secret of [
      ...secrets,
      ...[older, newer].flatMap(({ tokens }) => tokens.map(({ token }) => token)),
    ])
      expect(said).not.toContain(secret);
  });
});
