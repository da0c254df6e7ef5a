import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProviderId, PseudonymisedRow, SubmissionId } from '@kinledger/contracts';
import { parsePeriod } from '@kinledger/domain';
import { knownTitles, mapHeader, openFile, RowValidator } from '@kinledger/intake-files';
import { readClearSchema, readProgramme, type Dataset, type Programme } from '@kinledger/programme';
import { HmacSha256, nodeHashing } from '@kinledger/pseudonymisation';
import { FileRows, noRows, SaltedDigests, TokenKeys, type Keys } from '@kinledger/pseudonymised-rows';
import { writeProgramme } from '@kinledger/synthetic';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { addPseudonymiseCommand } from './pseudonymise.command.js';

const leap = join(import.meta.dirname, '../../../../programmes/leap');
const SALT = 'mackerel-of-the-sea';
const PERIOD = '2023-24-Q4';
const DATASET = 'dv-enhanced-caseworkers.user';
const fields = ['given-name-part', 'birth-date', 'gender', 'postcode', 'email', 'mobile', 'nhs-number'];
const keys: Keys = {
  hashing: nodeHashing,
  tokens: new TokenKeys(1, () => [new HmacSha256(Buffer.alloc(32, 3))]),
  digests: new SaltedDigests(nodeHashing.sha256, SALT),
  rowKeyHash: new HmacSha256(Buffer.alloc(32, 1)),
  recordIdHash: new HmacSha256(Buffer.alloc(32, 2)),
};

interface Json {
  [name: string]: unknown;
}
interface Summary {
  readonly leaving: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly columns: readonly { readonly field: string; readonly as: string; readonly filled: number }[];
  readonly rules: readonly { readonly code: string; readonly of: string; readonly rows: number }[];
  readonly reason: string | null;
  readonly out: string | null;
}

describe('kinledger pseudonymise', () => {
  let folder: string;
  let programme: Programme;
  let clearDataset: Dataset;
  let clearFile: string;
  let printed: string;
  const at = (name: string) => join(folder, name);
  const edit = (file: string, change: (json: Json) => Json) =>
    writeFileSync(at(file), JSON.stringify(change(JSON.parse(readFileSync(at(file), 'utf8')) as Json)));

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kinledger-pseudonymise-'));
    cpSync(leap, at('programme'), { recursive: true });
    edit('programme/programme.json', (json) => ({ ...json, derivations: 'op-kin-1' }));
    edit('programme/services/dv-enhanced-caseworkers.json', (json) => ({
      ...json,
      agreements: (json['agreements'] as Json[]).map((agreement) => ({
        ...agreement,
        permittedFields: [...(agreement['permittedFields'] as string[]), 'derived'],
        derivations: { fields, except: ['birth-date-month-day'] },
      })),
    }));
    programme = await readProgramme(at('programme'));
    await writeProgramme(at('data'), {
      ...{ programme, people: 400, quarters: 2, seed: 'at source', salt: SALT },
      only: ['baby-steps.user', 'baby-steps.engagement'],
    });
    clearFile = at(`data/files/${PERIOD}/baby-steps.user.csv`);
    const dataset = programme.dataset(DATASET);
    if (dataset === undefined) throw new Error('the programme lacks the dataset');
    const json = JSON.parse(
      readFileSync(at('programme/datasets/participants-with-nhs-number.json'), 'utf8'),
    ) as unknown;
    const { schema } = readClearSchema(json, 'clear', dataset, programme.definition.consentForms ?? []);
    if (schema === undefined) throw new Error('the clear schema has faults');
    clearDataset = { ...dataset, schema, pseudonymisedAtSource: false };
    writeFileSync(at('salt'), `${SALT}\n`, { mode: 0o600 });
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(() => {
    printed = '';
    for (const stream of [process.stdout, process.stderr])
      vi.spyOn(stream, 'write').mockImplementation((text) => {
        printed += String(text);
        return true;
      });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  const run = async (file: string, ...options: readonly string[]): Promise<void> => {
    const program = new Command('kinledger').exitOverride();
    addPseudonymiseCommand(program);
    const usual = ['--period', PERIOD, '--programme', at('programme'), '--out', at('out.csv')];
    const schema = ['--schema', at('programme/datasets/participants-with-nhs-number.json')];
    await program.parseAsync([
      ...['node', 'kinledger', 'pseudonymise', file, ...schema, '--dataset', DATASET, ...usual, ...options],
    ]);
  };
  const salted = () => ['--salt-file', at('salt')];

  /** The rows of a file as the platform makes them on arrival. */
  async function arrived(file: string, dataset: Dataset) {
    const bytes = [readFileSync(file)].values();
    const source = { next: () => Promise.resolve(bytes.next() as IteratorResult<Uint8Array>) };
    const table = await openFile(source, knownTitles(dataset.schema), {
      ...{ maxColumns: 500, maxRowBytes: 1_000_000 },
    });
    const validator = new RowValidator(dataset, mapHeader(dataset.schema, table.header), {
      headerLength: table.header.length,
      dates: {
        ...{ today: '2026-11-29', period: parsePeriod(PERIOD)!, holdsEarlierRows: true },
        plausibility: programme.definition.plausibility,
      },
      ...{ limits: { maxFieldLength: 10_000 }, sha256: nodeHashing.sha256, synthetic: true },
    });
    const rows = new FileRows(
      keys,
      {
        ...{ submission: '0'.repeat(32) as SubmissionId, provider: 'refuge' as ProviderId },
        ...{ dataset, seed: Buffer.alloc(32, 4) },
      },
      await programme.postcodeLookup(),
    );
    const outcomes: string[] = [];
    const made: PseudonymisedRow[] = [];
    let row = table.headerRow;
    for await (const batch of table.batches)
      for (const record of batch) {
        row += 1;
        const { outcome, values } = validator.validate(record, row);
        outcomes.push(outcome);
        if (outcome === 'accepted' || outcome === 'warned')
          made.push(rows.pseudonymise([row, values], noRows()));
      }
    return { outcomes, rows: made };
  }

  const caseOf = ({ tokens }: PseudonymisedRow) => tokens.find(({ use }) => use === 'local')?.token ?? '';
  const said = ({ tokens }: PseudonymisedRow) =>
    tokens.map(({ domain, use, token }) => `${domain} ${use} ${token}`).sort();
  const derivedIn = ({ derived }: PseudonymisedRow) =>
    derived.map(({ derivation, version, tokens }) => `${derivation}/${version} ${tokens.join()}`).sort();

  it('makes a file that the programme takes whole, with the tokens, derived tokens and attributes of arrival', async () => {
    await run(clearFile, ...salted());
    const atSource = await arrived(at('out.csv'), programme.dataset(DATASET)!);
    const inClear = new Map((await arrived(clearFile, clearDataset)).rows.map((row) => [caseOf(row), row]));
    expect(new Set(atSource.outcomes)).toEqual(new Set(['accepted', 'warned']));
    expect(atSource.rows.length).toBeGreaterThan(40);
    const stayed = [...inClear.values()].filter(
      (row) => !atSource.rows.some((other) => caseOf(other) === caseOf(row)),
    );
    // What leaves has two roles, the clear file four.
    expect(new Set(stayed.map(({ role }) => role))).not.toContain('child');
    expect(new Set(stayed.map(({ role }) => role))).not.toContain('adult');
    const roles = new Set<string>();
    for (const row of atSource.rows) {
      const clear = inClear.get(caseOf(row))!;
      roles.add(row.role);
      expect(row.role).toBe(clear.role);
      // The schema of what leaves has no column for a carer’s mobile, or a second number.
      const withoutColumn = (token: string) => !token.startsWith('mobile ');
      expect(said(row).filter(withoutColumn)).toEqual(said(clear).filter(withoutColumn));
      for (const token of said(row)) expect(said(clear)).toContain(token);
      const ofMobile = (entry: string) => entry.includes('mobile');
      expect(derivedIn(row).filter((entry) => !ofMobile(entry))).toEqual(
        derivedIn(clear).filter((entry) => !ofMobile(entry)),
      );
      for (const entry of derivedIn(row)) expect(derivedIn(clear)).toContain(entry);
      const { birthMonth, lsoa, gender, ethnicity } = clear.attributes;
      expect(row.attributes).toMatchObject(
        Object.fromEntries(
          Object.entries({ birthMonth, lsoa, gender, ethnicity }).filter(([, value]) => value !== undefined),
        ),
      );
      expect(row.facts).toEqual(clear.facts);
    }
    expect(roles).toEqual(new Set(['child', 'adult']));
    const all = atSource.rows.flatMap(({ derived }) => derived.map(({ derivation }) => derivation));
    expect(all).toContain('carer-email-local');
    expect(all).toContain('mobile-deletions');
    expect(all).toContain('postcode-deletions');
    expect(all).not.toContain('birth-date-month-day');
  });

  it('writes no value of the file but coded ones, prints none, and only its owner can read what it writes', async () => {
    await run(clearFile, ...salted(), '--errors', at('errors.csv'));
    const [header = '', ...lines] = readFileSync(clearFile, 'utf8')
      .replace('\uFEFF', '')
      .trimEnd()
      .split(/\r?\n/);
    const schema = clearDataset.schema;
    const { columnOf } = mapHeader(schema, header.split(','));
    const identifying = ['email', 'carer_email', 'contact_number', 'nhs_number', 'postcode', 'case_number'];
    const values = lines.flatMap((line) => {
      const cells = line.split(',');
      return identifying.flatMap((name) => {
        const value = cells[columnOf[schema.fields.findIndex((field) => field.name === name)] ?? -1] ?? '';
        return value.length > 4 ? [value] : [];
      });
    });
    expect(values.length).toBeGreaterThan(100);
    const written = [printed, readFileSync(at('out.csv'), 'utf8'), readFileSync(at('errors.csv'), 'utf8')];
    for (const text of written) {
      expect(values.filter((value) => text.includes(value))).toEqual([]);
      expect(text).not.toContain(SALT);
    }
    for (const name of ['out.csv', 'errors.csv']) expect(statSync(at(name)).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it('says what leaves and what stays', async () => {
    await run(clearFile, ...salted(), '--json');
    const summary = JSON.parse(printed) as Summary;
    const lines = readFileSync(at('out.csv'), 'utf8').trimEnd().split('\n');
    expect(lines.length - 1).toBe(summary.leaving);
    expect(summary.reason).toBeNull();
    const as = Object.fromEntries(summary.columns.map((column) => [column.field, column.as]));
    expect(as).toMatchObject({
      case_number: 'digest',
      child_key: 'digest',
      gender: 'value',
      birth_month: 'coarser',
      lsoa: 'coarser',
      derived: 'derived-digests',
    });
    const filled = summary.columns.find(({ field }) => field === 'case_number')?.filled;
    expect(filled).toBe(summary.leaving);
    expect(summary.rules).toContainEqual(
      expect.objectContaining({ code: 'unlisted-participant-type', of: 'what leaves' }),
    );
  });

  it('takes the salt from the environment, and equals what the file of it makes', async () => {
    await run(clearFile, ...salted());
    const first = readFileSync(at('out.csv'), 'utf8');
    vi.stubEnv('KINLEDGER_SALT', SALT);
    await run(clearFile);
    expect(readFileSync(at('out.csv'), 'utf8')).toBe(first);
  });

  it('leaves the column of derived digests empty where the agreement permits none', async () => {
    cpSync(at('programme'), at('without'), { recursive: true });
    edit('without/services/dv-enhanced-caseworkers.json', (json) => ({
      ...json,
      agreements: (json['agreements'] as Json[]).map(({ derivations: _, ...agreement }) => agreement),
    }));
    await run(clearFile, ...salted(), '--programme', at('without'), '--json');
    const { columns } = JSON.parse(printed) as Summary;
    expect(columns).toContainEqual({ field: 'derived', title: 'Derived', as: 'empty', filled: 0 });
  });

  it('writes nothing of a file with too many errors, and leaves an earlier file as it was', async () => {
    writeFileSync(at('out.csv'), 'earlier');
    const [header = '', line = ''] = readFileSync(clearFile, 'utf8').trimEnd().split(/\r?\n/);
    const wrong = header
      .split(',')
      .map(() => '?')
      .join(',');
    writeFileSync(at('wrong.csv'), [header, line, wrong, wrong, wrong, wrong, ''].join('\n'));
    await expect(run(at('wrong.csv'), ...salted())).rejects.toThrow(
      'nothing leaves: more rows have errors than the programme takes',
    );
    expect(readFileSync(at('out.csv'), 'utf8')).toBe('earlier');
    expect(printed).toContain('Nothing leaves of 5 rows.');
  });

  it.each<readonly [string, (options: { at: typeof at }) => readonly string[], string]>([
    ['no salt', () => [], 'no salt: name its file with --salt-file, or put it into KINLEDGER_SALT'],
    [
      'a salt file that is not there',
      () => ['--salt-file', '/nowhere/salt'],
      'the salt file /nowhere/salt cannot be read',
    ],
    ['a salt file that anybody may read', () => ['--salt-file', at('open')], 'chmod o-rwx'],
    ['a salt that is too short', () => ['--salt-file', at('short')], 'holds no salt: expected 16 to 1024'],
    [
      'a dataset that the programme lacks',
      () => [...salted(), '--dataset', 'nobody.user'],
      'no dataset nobody.user; pseudonymised at source are',
    ],
    [
      'a dataset that is pseudonymised on arrival',
      () => [...salted(), '--dataset', 'baby-steps.user'],
      'baby-steps.user is pseudonymised on arrival',
    ],
    ['no period', () => [...salted(), '--period', 'spring'], 'spring is no period'],
    ['a period that no agreement covers', () => [...salted(), '--period', '2019-20-Q4'], 'does not cover'],
    [
      'a schema of digests',
      () => [...salted(), '--schema', at('programme/datasets/participants-at-source.json')],
      'only a dataset that is pseudonymised at source has derived digests',
    ],
    ['a file to write that is one to read', () => [...salted(), '--out', clearFile], 'read or written twice'],
    ['a date field that is none', () => [...salted(), '--day-first', 'email'], 'no date field "email"'],
  ])('refuses %s', async (_, options, message) => {
    writeFileSync(at('open'), SALT, { mode: 0o644 });
    chmodSync(at('open'), 0o644);
    writeFileSync(at('short'), 'short', { mode: 0o600 });
    rmSync(at('out.csv'), { force: true });
    await expect(run(clearFile, ...options({ at }))).rejects.toThrow(message);
    expect(existsSync(at('out.csv'))).toBe(false);
    expect(printed).not.toContain(SALT);
  });

  it('refuses a file that is not there, or of another kind, without a word of what it holds', async () => {
    await expect(run('/nowhere.csv', ...salted())).rejects.toThrow('/nowhere.csv cannot be read (ENOENT)');
    writeFileSync(at('other.csv'), 'secret word,another\n1,2\n');
    const refused = run(at('other.csv'), ...salted());
    await expect(refused).rejects.toThrow('other.csv');
    await expect(refused).rejects.not.toThrow('secret word');
  });
});
