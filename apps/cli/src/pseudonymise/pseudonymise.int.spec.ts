import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProviderId, PseudonymisedRow, SubmissionId } from '@kinledger/contracts';
import { parsePeriod } from '@kinledger/domain';
import { knownTitles, mapHeader, openFile, RowValidator } from '@kinledger/intake-files';
import {
  readClearSchema,
  readProgramme,
  type Dataset,
  type PostcodeLookup,
  type Programme,
} from '@kinledger/programme';
import { HmacSha256, nodeHashing } from '@kinledger/pseudonymisation';
import {
  FileRows,
  noRows,
  RowsAtSource,
  SaltedDigests,
  TokenKeys,
  type Keys,
  type PermittedToLeave,
} from '@kinledger/pseudonymised-rows';
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
  /** The cells of a column of a file that has no cell in quotes. */
  const column = (file: string, title: string): readonly string[] => {
    const [header = [], ...rows] = readFileSync(file, 'utf8')
      .replace('\uFEFF', '')
      .trimEnd()
      .split(/\r?\n/)
      .map((line) => line.split(','));
    expect(header, file).toContain(title);
    return rows.map((cells) => cells[header.indexOf(title)] ?? '');
  };
  const halfWritten = () => readdirSync(folder).filter((name) => name.endsWith('.partial'));
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
    const valuesOf = (name: string) =>
      lines.map(
        (line) =>
          line.split(',')[columnOf[schema.fields.findIndex((field) => field.name === name)] ?? -1] ?? '',
      );
    const identifying = ['email', 'carer_email', 'contact_number', 'nhs_number', 'postcode', 'case_number'];
    const values = identifying.flatMap(valuesOf).filter((value) => value.length > 4);
    expect(values.length).toBeGreaterThan(100);
    const firstNames = [...new Set(valuesOf('first_name'))].filter((name) => name !== '');
    expect(firstNames.length).toBeGreaterThan(10);
    // In the order of the file and in that of canonical dates.
    const birthDates = valuesOf('date_of_birth')
      .filter((value) => value.length > 4)
      .flatMap((value) => [value, value.split('/').toReversed().join('-')]);
    expect(birthDates.length).toBeGreaterThan(100);
    expect(birthDates).toContainEqual(expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/));
    const written = [printed, readFileSync(at('out.csv'), 'utf8'), readFileSync(at('errors.csv'), 'utf8')];
    // A day on which somebody was born may also be one on which somebody else was registered.
    const registered = new Set(column(at('out.csv'), 'DateRegistered'));
    const news = birthDates.filter((day) => !registered.has(day));
    expect(news.length).toBeGreaterThan(100);
    for (const text of written) {
      expect([...values, ...news].filter((value) => text.includes(value))).toEqual([]);
      const words = new Set(text.toLowerCase().split(/\W+/));
      expect(firstNames.filter((name) => words.has(name.toLowerCase()))).toEqual([]);
      expect(text).not.toContain(SALT);
    }
    for (const name of ['out.csv', 'errors.csv']) expect(statSync(at(name)).mode & 0o777).toBe(0o600);
    expect(halfWritten()).toEqual([]);
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
      gender: 'code',
      birth_month: 'coarser',
      lsoa: 'coarser',
      date_registered: 'exact-date',
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

  describe('a file of sessions with a column that the agreement does not permit', () => {
    const clear = () => at(`data/files/${PERIOD}/baby-steps.engagement.csv`);
    const runSessions = (...options: readonly string[]) =>
      run(
        clear(),
        ...[...salted(), '--schema', at('programme/datasets/sessions-with-nhs-number.json')],
        ...['--dataset', 'dv-enhanced-caseworkers.engagement', ...options, '--json'],
      );
    const held = () => column(clear(), 'Cancelled by').filter((cell) => cell !== '');

    it('leaves without its values, and the summary says that it is not permitted', async () => {
      expect(held().length).toBeGreaterThan(10);
      await runSessions();
      const { columns, leaving } = JSON.parse(printed) as Summary;
      expect(leaving).toBeGreaterThan(100);
      expect(columns).toContainEqual(
        expect.objectContaining({ field: 'cancelled_by', as: 'not-permitted', filled: 0 }),
      );
      expect(columns).toContainEqual(expect.objectContaining({ field: 'minutes', as: 'number' }));
      expect(columns).toContainEqual(expect.objectContaining({ field: 'attended', as: 'yes-or-no' }));
      expect(new Set(column(at('out.csv'), 'CancelledBy'))).toEqual(new Set(['']));
      printed = '';
      await run(
        clear(),
        ...[...salted(), '--schema', at('programme/datasets/sessions-with-nhs-number.json')],
        ...['--dataset', 'dv-enhanced-caseworkers.engagement'],
      );
      expect(printed).toMatch(/^CancelledBy +empty: not permitted by the agreement +0$/m);
    });

    it('leaves with them once the agreement permits it', async () => {
      cpSync(at('programme'), at('permitting'), { recursive: true });
      edit('permitting/services/dv-enhanced-caseworkers.json', (json) => ({
        ...json,
        agreements: (json['agreements'] as Json[]).map((agreement) => ({
          ...agreement,
          permittedFields: [...(agreement['permittedFields'] as string[]), 'cancelled_by'],
        })),
      }));
      await runSessions('--programme', at('permitting'));
      const { columns } = JSON.parse(printed) as Summary;
      const column = columns.find(({ field }) => field === 'cancelled_by');
      expect(column).toMatchObject({ as: 'code' });
      expect(column?.filled).toBeGreaterThan(10);
    });
  });

  it('derives nothing of an identifier that the agreement does not permit', async () => {
    const agreement = programme.agreement(programme.dataset(DATASET)!.agreement)!;
    const withoutMobile = {
      permittedFields: agreement.permittedFields!.filter((name) => name !== 'contact_number'),
    };
    const dataset = programme.dataset(DATASET)!;
    const made = (permitted: PermittedToLeave) =>
      new RowsAtSource(
        clearDataset.schema,
        { ...dataset, provider: dataset.serviceDefinition.provider },
        permitted,
        keys.digests,
        { isProtected: () => false, lsoaOf: () => undefined } as unknown as PostcodeLookup,
      );
    const placeOf = (name: string) => clearDataset.schema.fields.findIndex((field) => field.name === name);
    const values = clearDataset.schema.fields.map((): string | null => null);
    values[placeOf('participant_type')] = 'adult';
    values[placeOf('contact_number')] = '07700900123';
    const derivedOf = (rows: RowsAtSource) =>
      rows.cellsOf(values)[dataset.schema.fields.findIndex((field) => field.name === 'derived')];
    expect(derivedOf(made(agreement))).not.toBe('');
    expect(derivedOf(made(withoutMobile))).toBe('');
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
      'nothing leaves: more rows have errors than the programme takes: correct what is listed (with --errors FILE, the command writes down what it finds, row by row)',
    );
    expect(readFileSync(at('out.csv'), 'utf8')).toBe('earlier');
    expect(printed).toContain('Nothing leaves of 5 rows.');
    await expect(run(at('wrong.csv'), ...salted(), '--errors', at('errors.csv'))).rejects.toThrow(
      `(what was found, row by row: ${at('errors.csv')})`,
    );
    expect(column(at('errors.csv'), 'row')).toContain('3');
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
    [
      'a file to write in the folder of the definition',
      () => [...salted(), '--out', at('programme/programme.json')],
      'lies in the folder of the programme’s definition',
    ],
    [
      'an error report in the folder of the definition',
      () => [...salted(), '--errors', at('programme/datasets/errors.csv')],
      'lies in the folder of the programme’s definition',
    ],
    [
      'an error report that cannot be written',
      () => [...salted(), '--errors', at('missing/errors.csv')],
      'missing/errors.csv cannot be written (ENOENT)',
    ],
    ['a date field that is none', () => [...salted(), '--day-first', 'email'], 'no date field "email"'],
  ])('refuses %s', async (_, options, message) => {
    writeFileSync(at('open'), SALT, { mode: 0o644 });
    chmodSync(at('open'), 0o644);
    writeFileSync(at('short'), 'short', { mode: 0o600 });
    rmSync(at('out.csv'), { force: true });
    await expect(run(clearFile, ...options({ at }))).rejects.toThrow(message);
    expect(existsSync(at('out.csv'))).toBe(false);
    expect(halfWritten()).toEqual([]);
    expect(printed).not.toContain(SALT);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ends at %s, which a shell tells as 128 and the number of the signal, and leaves no part of a file',
    async (signal) => {
      rmSync(at('out.csv'), { force: true });
      const file = at(`${signal}.csv`);
      execFileSync('/usr/bin/mkfifo', [file]);
      const child = spawn(process.execPath, [
        ...[join(import.meta.dirname, '../../bin/kinledger.js'), 'pseudonymise', file, ...salted()],
        ...['--schema', at('programme/datasets/participants-with-nhs-number.json'), '--dataset', DATASET],
        ...['--period', PERIOD, '--programme', at('programme'), '--out', at('out.csv')],
        ...['--errors', at('errors-too.csv')],
      ]);
      const ended = once(child, 'exit');
      // Opened for reading too, so that it does not wait for the other side; the command waits for the rest of the file.
      const input = openSync(file, 'r+');
      try {
        writeSync(input, readFileSync(clearFile).subarray(0, 2_000));
        await vi.waitUntil(() => halfWritten().length === 2, { timeout: 60_000 });
        child.kill(signal);
        await vi.waitUntil(() => halfWritten().length === 0, { timeout: 60_000 });
      } finally {
        closeSync(input);
      }
      // 130 at Ctrl-C.
      expect(await ended).toEqual([null, signal]);
      expect(existsSync(at('out.csv'))).toBe(false);
      expect(existsSync(at('errors-too.csv'))).toBe(false);
    },
    120_000,
  );

  it('refuses a file that is not there, or of another kind, without a word of what it holds', async () => {
    await expect(run('/nowhere.csv', ...salted())).rejects.toThrow('/nowhere.csv cannot be read (ENOENT)');
    writeFileSync(at('other.csv'), 'secret word,another\n1,2\n');
    const refused = run(at('other.csv'), ...salted());
    await expect(refused).rejects.toThrow('other.csv');
    await expect(refused).rejects.not.toThrow('secret word');
  });
});
