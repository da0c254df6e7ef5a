import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningPlatform, type ProgrammeFile } from './running-platform.js';

interface Table {
  readonly figure: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}
interface Closed {
  readonly period: string;
  readonly closing: number;
  readonly closedBy: string;
  readonly publishedAt: number | null;
  readonly digest: string | null;
  readonly figures?: { readonly figures: readonly Table[] };
}

/** The children of the whole programme, as a closed quarter has them. */
const childrenIn = (closed: Closed): string | number | null | undefined => {
  const reach = closed.figures?.figures.find(({ figure }) => figure === 'reach@1');
  return reach?.rows.find(([scope]) => scope === 'programme')?.[reach.columns.indexOf('children')];
};

describe('a quarter that is closed', () => {
  const platform = new RunningPlatform();
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
      ...['generate', '--out', folder, '--people', '300', '--quarters', '2', '--seed', 'quarters'],
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
  afterAll(() => platform.stop());

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

  it('is listed, and neither it nor a quarter that is not over can be closed', async () => {
    const { quarters } = await platform.installation.json<{ quarters: Closed[] }>('quarter', 'list');
    expect(quarters).toMatchObject([{ period: periods[0], closedBy: 'operator' }]);
    for (const [period, told] of [
      [periods[0] ?? '', 'The quarter is closed already'],
      ['2998-99-Q1', 'The quarter is not over'],
      ['2023-24-AY', 'Only a financial quarter can be closed'],
    ] as const) {
      const { code, stderr } = await platform.installation.run('quarter', 'close', period);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(told) as string });
    }
    const { code, stderr } = await platform.installation.run('quarter', 'show', periods[1] ?? '');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('is not closed') as string });
  });
});
