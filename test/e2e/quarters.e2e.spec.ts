import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HIGHS_VERSION } from '@kinledger/disclosure';
import { RunningPlatform, type ProgrammeFile } from './running-platform.js';
import { fewDatasets } from '../support/few-datasets.js';

interface Table {
  readonly figure: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}
interface Reproduction {
  readonly outcome: string;
  readonly digest: string;
  readonly recountedDigest: string;
  readonly differences: readonly {
    readonly before: number;
    readonly after: number;
    readonly bound: number;
  }[];
}
interface Restatement {
  readonly basis: string;
  readonly cells: readonly {
    readonly scope: string;
    readonly column: string;
    readonly then: number;
    readonly now: number;
    readonly changes: Readonly<Record<string, number>>;
  }[];
}
interface Closed {
  readonly period: string;
  readonly edition: number;
  readonly standing: string;
  readonly audit: { readonly solver: string; readonly audited: number; readonly narrowed: number } | null;
  readonly release: { readonly by: string } | null;
  readonly closing: number;
  readonly closedBy: string;
  readonly publishedAt: number | null;
  readonly digest: string | null;
  readonly figures?: {
    readonly figures: readonly Table[];
    readonly remedy?: {
      readonly audited: number;
      readonly suppressed: readonly string[];
      readonly narrowed: readonly string[];
    };
  };
}

/** The children of the whole programme, as a closed quarter has them. */
const childrenIn = (closed: Closed): string | number | null | undefined => {
  const reach = closed.figures?.figures.find(({ figure }) => figure === 'reach@2');
  return reach?.rows.find(([scope]) => scope === 'programme')?.[reach.columns.indexOf('children')];
};

describe('a quarter that is closed', () => {
  const platform = new RunningPlatform();
  const other = new RunningPlatform();
  const copies = mkdtempSync(join(tmpdir(), 'kinledger-quarters-'));
  let folder: string;
  let files: readonly ProgrammeFile[];
  let periods: readonly string[];

  const submitAll = async (chosen: readonly ProgrammeFile[]) => {
    let last = '';
    for (const file of chosen) last = (await platform.submit(folder, file)).id;
    await platform.until(last, 'linked');
  };
  const children = async (period: string): Promise<number> =>
    (await platform.read<{ reach: { children: number } }>(`/v1/figures/reach?period=${period}`)).reach
      .children;

  beforeAll(async () => {
    folder = join(platform.installation.home, 'programme');
    await platform.installation.json(
      ...[
        'generate',
        '--out',
        folder,
        '--people',
        '300',
        '--quarters',
        '2',
        '--seed',
        'quarters',
        ...fewDatasets,
      ],
    );
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
      readonly files: readonly ProgrammeFile[];
    };
    files = manifest.files;
    periods = [...new Set(files.map(({ period }) => period))]
      .filter((period) => period.includes('-Q'))
      .sort();
    await platform.start('quarters');
    await submitAll(files.filter(({ period }) => period === periods[0]));
  });
  afterAll(async () => {
    await Promise.all([platform.stop(), other.stop()]);
    rmSync(copies, { recursive: true, force: true });
  });

  /** To a reader nothing of the quarter but that it is closed, until somebody publishes what was looked at. */
  async function leavesOnceItIsPublished(closed: Closed): Promise<void> {
    const { period, digest, figures, audit } = closed;
    const { services, tokens } = platform.connected;
    const asReader = async <Answer>(path: string): Promise<Answer> =>
      (await (
        await fetch(`${services['reporting-api']}${path}`, {
          headers: { authorization: `Bearer ${tokens.reader}` },
        })
      ).json()) as Answer;
    const seen = () =>
      Promise.all([
        asReader<Closed>(`/v1/quarters/${period}`),
        asReader<{ disclosure: string; reach: { children: number | null } }>(
          `/v1/figures/reach?period=${period}`,
        ),
        asReader<{ value: readonly object[] }>('/v1/odata/published_quarter'),
      ]);
    expect(closed).toMatchObject({ standing: 'unpublished', release: null });
    expect(audit).toEqual({
      ...{ solver: HIGHS_VERSION, fewest: 3, audited: figures?.remedy?.audited, narrowed: 0 },
    });
    expect(await seen()).toMatchObject([
      { standing: 'unpublished', digest: null, figures: null },
      { status: 403, detail: expect.stringContaining('is not published') as string },
      { value: [] },
    ]);
    const other = await platform.installation.run('quarter', 'publish', period, '--digest', '0'.repeat(64));
    expect(other).toMatchObject({
      ...{ code: 1, stderr: expect.stringContaining('are not those with that digest') as string },
    });
    const act = await platform.installation.json<Closed>(
      'quarter',
      'publish',
      period,
      '--digest',
      digest ?? '',
    );
    expect(act).toMatchObject({
      period,
      edition: 1,
      standing: 'published',
      audit,
      release: { by: 'operator' },
    });
    expect(await seen()).toMatchObject([
      { standing: 'published', digest, figures },
      { disclosure: 'nhs-2018@2', reach: { children: childrenIn(closed) } },
      { value: [{ digest }] },
    ]);
    expect((await platform.installation.run('quarter', 'publish', period)).stderr).toContain(
      'is published already',
    );
  }

  it('has figures that stand while later files change those of now, and a checkpoint of exactly its events', async () => {
    const period = periods[0] ?? '';
    const exact = await children(period);
    const closed = await platform.installation.json<Closed>('quarter', 'close', period);
    expect(closed).toMatchObject({ period, closedBy: 'operator' });
    expect(closed.publishedAt).toBeGreaterThan(closed.closing);
    expect(childrenIn(closed)).toBe(exact < 8 ? null : 5 * Math.round(exact / 5));
    await submitAll(files.filter((file) => file.period === periods[1]));
    const shown = await platform.installation.json<Closed>('quarter', 'show', period);
    expect(shown).toEqual(closed);
    await leavesOnceItIsPublished(closed);
    const payloads = await platform.query<{ bytes: Buffer }>(
      `SELECT bytes FROM ledger.payload WHERE digest = '\\x${closed.digest ?? ''}'`,
    );
    expect(
      createHash('sha256')
        .update(payloads[0]?.bytes ?? '')
        .digest('hex'),
    ).toBe(closed.digest);
    await expect
      .poll(
        () => platform.query(`SELECT size::int FROM ledger.checkpoint WHERE size = ${closed.closing + 1}`),
        { timeout: 20_000 },
      )
      .toHaveLength(1);
    // The full figures are nowhere but beside the ledger.
    const [kept] = await platform.query<{ full_form: Buffer; salt: Buffer }>(
      'SELECT full_form, salt FROM ledger.closed_figures',
    );
    expect(kept?.full_form.toString('utf8')).toContain(`["programme",${exact},`);
    const ledger = (await platform.ledger()).join('\n');
    expect(ledger).not.toContain(kept?.salt.toString('hex') ?? 'no salt');
  });

  it('is audited: once it closed with a remedy, no suppressed count is given away', async () => {
    const period = periods[0] ?? '';
    const { figures } = await platform.installation.json<Closed>('quarter', 'show', period);
    // They are suppressed with their parts, and not audited.
    const sums = ['upperBound', 'familiesUpperBound'];
    const suppressed = (figures?.figures ?? []).reduce(
      (sum, { columns, rows }) =>
        sum +
        rows.reduce(
          (of, row) =>
            of +
            row.filter(
              (value, place) => value === null && !['decile', ...sums].includes(columns[place] ?? ''),
            ).length,
          0,
        ),
      0,
    );
    const { code, stdout } = await platform.installation.run('quarter', 'audit', period, '--json');
    const found = JSON.parse(stdout) as {
      readonly audited: number;
      readonly counts: readonly { readonly count: string; readonly values: number }[];
    };
    expect(suppressed).toBeGreaterThan(20);
    const beside =
      figures?.remedy?.suppressed.filter((count) => sums.every((sum) => !count.endsWith(` ${sum}`))) ?? [];
    expect(found.audited).toBe(suppressed - beside.length);
    expect([code, found.counts, figures?.remedy?.narrowed]).toEqual([0, [], []]);
    expect((await platform.installation.run('quarter', 'audit', '2019-20-Q1')).stderr).toContain(
      'no figures of this quarter are computed',
    );
  });

  it('is reproduced identically after later files, a withdrawal and a rebuild, and its changes have causes that add up', async () => {
    const period = periods[0] ?? '';
    const withdrawn = files.find((file) => file.period === period && file.dataset.endsWith('.engagement'));
    const [submission] = await platform.query<{ id: string }>(
      `SELECT replace(submission_id::text, '-', '') AS id FROM golden.submission
       WHERE dataset = '${withdrawn?.dataset ?? ''}' AND period = '${period}'`,
    );
    await platform.withdraw(submission?.id ?? '');
    await platform.until(submission?.id ?? '', 'withdrawn');
    await platform.installation.json('rebuild');
    const found = await platform.installation.json<Reproduction>('quarter', 'reproduce', period);
    expect(found).toMatchObject({ outcome: 'identical', differences: [], recountedDigest: found.digest });
    await isSupersededByAnEdition(period, found.digest);
    const restatement = await platform.installation.json<Restatement>(
      'quarter',
      'compare',
      period,
      '--edition',
      '1',
    );
    expect(restatement.basis).toBe('published');
    expect(restatement.cells.length).toBeGreaterThan(0);
    for (const { then, now, changes } of restatement.cells) {
      expect(Object.values(changes).reduce((sum, change) => sum + change, 0)).toBe(now - then);
    }
    const whole = restatement.cells.find(
      ({ scope, column }) => scope === 'programme' && column === 'children',
    );
    expect(whole?.now).toBe(await children(period));
    expect(Object.keys(whole?.changes ?? {})).toContain('withdrawal');
    const text = await platform.installation.run('quarter', 'compare', period, '--edition', '1', '--shown');
    expect(text.stdout).toContain('Withdrawals');
  });

  /** What changed since leaves with another edition; the one before stays reproducible to the byte, and a withdrawal ends both. */
  async function isSupersededByAnEdition(period: string, first: string): Promise<void> {
    const { installation } = platform;
    const edition = ['--edition', '2'];
    const second = await installation.json<Closed>('quarter', 'close', period, ...edition);
    expect(second).toMatchObject({ edition: 2, standing: 'unpublished' });
    expect(second.digest).not.toBe(first);
    expect(await installation.json<Closed>('quarter', 'show', period)).toMatchObject({
      edition: 1,
      digest: first,
    });
    const published = await installation.json<Closed>('quarter', 'publish', period, '--reason', 'restated');
    expect(published).toMatchObject({ edition: 2, standing: 'published' });
    expect(await installation.json<Closed>('quarter', 'show', period)).toMatchObject({
      digest: second.digest,
    });
    for (const [of, digest] of [
      ['1', first],
      ['2', second.digest],
    ] as const)
      expect(
        await installation.json<Reproduction>('quarter', 'reproduce', period, '--edition', of),
      ).toMatchObject({ outcome: 'identical', digest, recountedDigest: digest });
    await installation.json('quarter', 'withdraw', period, '--reason', 'wrong-file');
    const { quarters } = await installation.json<{ quarters: Closed[] }>('quarter', 'list');
    expect(quarters.map((each) => [each.edition, each.standing])).toEqual([
      [2, 'withdrawn'],
      [1, 'superseded'],
    ]);
    expect(
      (await installation.run('quarter', 'withdraw', period, '--reason', 'wrong-file')).stderr,
    ).toContain('no figures of this quarter are published');
  }

  /** Two people of one service: the command line and the API say the same, and note the look at both records. */
  async function saysWhyTwoAreNotTogether(
    call: (path: string, token: string, body?: object) => Promise<Response>,
    auditor: string,
  ): Promise<void> {
    const people = await platform.query<{ id: string }>(
      `SELECT min(replace(record_id::text, '-', '')) AS id FROM golden.record
       WHERE state = 'linked' AND dataset IN ('peep.user', 'baby-steps.user', 'natural-thinkers.user') GROUP BY individual_id ORDER BY 1 LIMIT 2`,
    );
    const [one = '', other = ''] = people.map(({ id }) => id);
    const reason = 'a test of two records';
    const printed = await platform.installation.run(
      ...['ledger', 'explain', one, '--and', other, '--reason', reason, '--json'],
    );
    expect(printed).toMatchObject({ code: 0 });
    const told = JSON.parse(printed.stdout) as { relation: { isTogether: boolean; reasons: string[] } };
    expect(told.relation).toMatchObject({ isTogether: false, reasons: [expect.any(String)] });
    const asked = (await (
      await call('/v1/explanations', auditor, { id: one, and: other, reason })
    ).json()) as { id: string };
    const answer = async () =>
      (await (await call(`/v1/explanations/${asked.id}`, auditor)).json()) as {
        state: string;
        result: object;
      };
    await expect.poll(async () => (await answer()).state, { timeout: 30_000 }).toBe('done');
    expect((await answer()).result).toEqual(told);
    for (const record of [one, other]) {
      const { looks } = (await (await call(`/v1/looks?about=${record}`, auditor)).json()) as {
        looks: readonly { reason: string; outcome: string }[];
      };
      const noted = looks.filter((look) => look.reason === reason);
      expect(noted.map(({ outcome }) => outcome)).toEqual(['explained', 'explained']);
    }
    const page = await fetch(`${platform.connected.services.projector}/explanations/${asked.id}`, {
      headers: { authorization: `Bearer ${auditor}`, accept: 'text/html' },
    });
    expect(await page.text()).toContain('The two records are not together');
  }

  it('has individuals of whom an auditor is told how they came to be, with a reason that stays', async () => {
    const [one] = await platform.query<{ record: string; individual: string }>(
      `SELECT replace(record_id::text, '-', '') AS record, replace(individual_id::text, '-', '') AS individual
       FROM golden.record WHERE individual_id IS NOT NULL ORDER BY record_id LIMIT 1`,
    );
    const { record, individual } = one!;
    const explain = (...more: readonly string[]) =>
      platform.installation.run('ledger', 'explain', record, ...more);
    expect(await explain()).toMatchObject({ code: 1, stderr: expect.stringContaining('--reason') as string });
    expect(await explain('--reason', 'a look')).toMatchObject({
      ...{ code: 1, stderr: expect.stringContaining('in ten characters or more') as string },
    });
    const told = await explain('--reason', 'a test of the command line');
    expect(told).toMatchObject({ code: 0, stdout: expect.stringContaining(individual) as string });

    const { services, tokens } = platform.connected;
    const call = (path: string, token: string, body?: object) =>
      fetch(`${services.projector}${path}`, {
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      });
    const auditor = tokens.auditor ?? '';
    const question = { id: record, reason: 'a test of the API' };
    for (const token of [tokens.dataTeam, tokens.operator, tokens.reader]) {
      expect((await call('/v1/explanations', token, question)).status).toBe(403);
      expect((await call('/v1/looks', token)).status).toBe(403);
    }
    const asked = (await (await call('/v1/explanations', auditor, question)).json()) as { id: string };
    const answer = async () =>
      (await (await call(`/v1/explanations/${asked.id}`, auditor)).json()) as {
        state: string;
        result: object | null;
      };
    await expect.poll(async () => (await answer()).state, { timeout: 30_000 }).toBe('done');
    const json = await explain('--reason', 'a comparison with the API', '--json');
    const { result } = await answer();
    expect(result).toMatchObject({ individual });
    expect((JSON.parse(json.stdout) as { steps: object[] }).steps).toEqual(
      (result as { steps: object[] }).steps,
    );
    const { looks } = (await (await call(`/v1/looks?about=${individual}`, auditor)).json()) as {
      looks: readonly { reason: string; via: string; outcome: string; writtenBy: string }[];
    };
    expect(looks.map(({ reason, via, outcome, writtenBy }) => [reason, via, outcome, writtenBy])).toEqual([
      ['a comparison with the API', 'command-line', 'explained', 'kinledger_linker'],
      ['a test of the API', 'service', 'explained', 'kinledger_projector'],
      ['a test of the command line', 'command-line', 'explained', 'kinledger_linker'],
    ]);
    await saysWhyTwoAreNotTogether(call, auditor);
    // The answer is gone with the next erasure, whomever it erases; the look stays.
    const [other] = await platform.query<{ id: string }>(
      `SELECT replace(record_id::text, '-', '') AS id FROM golden.record
       WHERE state = 'linked' AND individual_id <> '${individual}' ORDER BY record_id LIMIT 1`,
    );
    await platform.installation.json(...['erase', '--record', other!.id, '--basis', 'data-subject-request']);
    await expect
      .poll(async () => (await call(`/v1/explanations/${asked.id}`, auditor)).status, { timeout: 30_000 })
      .toBe(404);
    expect(await (await call(`/v1/looks.csv?about=${individual}`, auditor)).text()).toContain(
      'a test of the API',
    );
  });

  it('is listed, and neither it nor a quarter that is not over can be closed', async () => {
    const { quarters } = await platform.installation.json<{ quarters: Closed[] }>('quarter', 'list');
    expect(quarters).toMatchObject([
      { period: periods[0], edition: 2 },
      { period: periods[0], edition: 1, closedBy: 'operator' },
    ]);
    for (const [period, told] of [
      [periods[0] ?? '', 'The quarter is closed already in this edition'],
      ['2998-99-Q1', 'The quarter is not over'],
      ['2023-24-AY', 'Only a financial quarter can be closed'],
    ] as const) {
      const { code, stderr } = await platform.installation.run('quarter', 'close', period);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(told) as string });
    }
    const { code, stderr } = await platform.installation.run('quarter', 'show', periods[1] ?? '');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('is not closed') as string });
  });

  it('is reproduced on another machine that is restored from a backup', async () => {
    const period = periods[1] ?? '';
    await platform.installation.json<Closed>('quarter', 'close', period);
    await platform.halt();
    const [backup, keys] = [
      join(platform.installation.home, 'copy'),
      join(platform.installation.home, 'keys'),
    ];
    await platform.installation.json('backup', '--out', backup, '--keys-out', keys);
    const { home } = other.installation;
    await other.installation.json('restore', backup, '--keys', keys, '--home', home);
    await other.start();
    const found = await other.installation.json<Reproduction>('quarter', 'reproduce', period);
    expect(found).toMatchObject({ outcome: 'identical', differences: [] });
  });

  it('is bounded after an erasure, while what was published stands', async () => {
    const period = periods[0] ?? '';
    const before = await other.installation.json<Closed>('quarter', 'show', period);
    const rows = await other.query<{ id: string }>(
      `SELECT replace(record_id::text, '-', '') AS id FROM golden.record JOIN golden.engagement USING (record_id)
       WHERE qualifying AND state = 'linked' AND entered < 1500 LIMIT 40`,
    );
    await other.installation.json(
      ...['erase', '--record', ...rows.map(({ id }) => id), '--basis', 'data-subject-request'],
    );
    const found = await other.installation.json<Reproduction>('quarter', 'reproduce', period);
    expect(['erased', 'identical']).toContain(found.outcome);
    for (const { before: stood, after, bound } of found.differences) {
      expect(Math.abs(after - stood)).toBeLessThanOrEqual(bound);
    }
    expect(await other.installation.json<Closed>('quarter', 'show', period)).toEqual(before);
  });
});
