import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markupProblems } from '@kinledger/page-kit/testing';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeFailure } from '../failure.js';
import { addLinkCommand } from './link.command.js';

const example = join(import.meta.dirname, '../../../../docs/examples/linking/people.csv');

describe('kinledger link', () => {
  let folder: string;
  let printed: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kinledger-link-'));
    printed = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  const run = async (...options: readonly string[]): Promise<string> => {
    const program = new Command('kinledger').exitOverride();
    addLinkCommand(program);
    await program.parseAsync(['node', 'kinledger', 'link', ...options]);
    return printed;
  };
  const at = (name: string) => join(folder, name);
  const lines = (name: string) => readFileSync(at(name), 'utf8').trimEnd().split('\n');

  it('links the example as the README says', async () => {
    const output = await run('--left', example, '--out', at('links.csv'), '--pairs', at('pairs.csv'));
    expect(output).toMatch(/^\d+ records of one file are \d+ individuals/);
    expect(output).toMatch(/\nvalues that too many records share, and so are not compared: \d+\n$/);
    expect(lines('links.csv')[0]).toBe('source,record_id,individual_id');
    expect(lines('pairs.csv')[0]).toBe('left_id,right_id,probability,rule');
    expect(lines('pairs.csv').length).toBeGreaterThan(1);
  });

  it('gives the same individuals, whatever the order of rows', async () => {
    const [header = '', ...rows] = readFileSync(example, 'utf8').trimEnd().split('\n');
    writeFileSync(at('reversed.csv'), `${[header, ...rows.reverse()].join('\n')}\n`);
    await run('--left', example, '--out', at('links.csv'), '--save-model', at('model.json'));
    await run('--left', at('reversed.csv'), '--out', at('other.csv'), '--save-model', at('other.json'));
    expect(lines('other.csv').sort()).toEqual(lines('links.csv').sort());
    expect(readFileSync(at('other.json'), 'utf8')).toBe(readFileSync(at('model.json'), 'utf8'));
  });

  it('writes a report that is valid HTML, and names records only if told to', async () => {
    const ids = readFileSync(example, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[0] ?? '');
    const named = (report: string) => ids.filter((id) => new RegExp(`\\b${id}\\b`).test(report));
    const report = async (...options: readonly string[]) => {
      await run('--left', example, '--out', at('links.csv'), '--report', at('report.html'), ...options);
      return readFileSync(at('report.html'), 'utf8');
    };
    const page = await report();
    expect(await markupProblems(page)).toEqual([]);
    expect(page).toContain('Match weights');
    // No pair of so few records has a very rare value, so that its weight is none; and full agreement links every record.
    expect(page).toMatch(/full, very rare<\/td><td>[^<]*<\/td><td>[^<]*<\/td><td>–</);
    expect(page).toContain('more likely two people than one</td><td>0</td>');
    expect(named(page)).toEqual([]);
    await run('--left', example, '--out', at('links.csv'), '--pairs', at('pairs.csv'));
    const linked = new Set(lines('pairs.csv').flatMap((line) => line.split(',').slice(0, 2)));
    const shown = named(await report('--show-values'));
    expect(shown.length).toBeGreaterThan(3);
    expect(shown.filter((id) => !linked.has(id))).toEqual([]);
  });

  it('prints the guessed schema as JSON', async () => {
    expect(JSON.parse(await run('--left', example, '--guess'))).toMatchObject({
      id: 'id',
      columns: { given_name: 'given-name', birth_date: 'birth-date', nhs_number: 'nhs-number' },
    });
  });

  it.each([
    ['a file that is not there', ['--left', '/nowhere.csv'], 'there is no file /nowhere.csv'],
    ['no place to write to', ['--left', example], '--out links.csv'],
    ['an output that is an input', ['--left', example, '--out', example], 'name another file to write to'],
    [
      'two outputs of one name',
      ['--left', example, '--out', 'links.csv', '--pairs', './links.csv'],
      'name another file to write to',
    ],
  ])('says in one sentence what is wrong: %s', async (_, options, message) => {
    await expect(run(...options)).rejects.toThrow(message);
    expect(existsSync('links.csv')).toBe(false);
  });

  it.each(['--one-to-one', '--left-unique', '--right-unique'])('refuses %s of one file', async (option) => {
    await expect(run('--left', example, '--out', at('links.csv'), option)).rejects.toThrow(
      `${option} is about two files: name the second with --right`,
    );
  });

  it('says in one sentence that a file is not in UTF-8, whether it links or guesses', async () => {
    writeFileSync(at('old.csv'), Buffer.from('id,surname\n1,Lindstr\xf6m\n', 'latin1'));
    const message = `${at('old.csv')}, line 2: the file is not in UTF-8: save it as CSV in UTF-8`;
    await expect(run('--left', at('old.csv'), '--guess')).rejects.toThrow(message);
    await expect(run('--left', at('old.csv'), '--out', at('links.csv'))).rejects.toThrow(message);
  });

  it('says in one sentence that a model is of other fields, or that there are too many', async () => {
    writeFileSync(at('schema.json'), JSON.stringify({ id: 'id', columns: { surname: 'surname' } }));
    const schema = ['--schema', at('schema.json')];
    await run('--left', example, ...schema, '--out', at('links.csv'), '--save-model', at('model.json'));
    const failure = await run('--left', example, '--out', at('no.csv'), '--model', at('model.json')).catch(
      describeFailure,
    );
    expect(failure).toBe('the model was made for other fields than those that are compared');
    const titles = Array.from({ length: 20 }, (_, column) => `c${column}`);
    const columns = Object.fromEntries(titles.map((title) => [title, 'attribute']));
    writeFileSync(at('schema.json'), JSON.stringify({ columns }));
    writeFileSync(at('wide.csv'), `${titles.join(',')}\n${titles.join(',')}\n`);
    const tooMany = await run('--left', at('wide.csv'), ...schema, '--out', at('no.csv')).catch(
      describeFailure,
    );
    expect(tooMany).toBe('20 fields are too many to compare at once');
    expect(readdirSync(folder).filter((file) => file.startsWith('no.csv'))).toEqual([]);
  });

  it('writes files that only their owner can read', async () => {
    writeFileSync(at('links.csv'), 'old', { mode: 0o644 });
    await run('--left', example, '--out', at('links.csv'), '--pairs', at('pairs.csv'));
    for (const name of ['links.csv', 'pairs.csv']) expect(statSync(at(name)).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(['links.csv', 'pairs.csv']);
  });

  it.each([
    ['--pairs', 'pairs.csv'],
    ['--report', 'report.html'],
    ['--save-model', 'model.json'],
  ])('replaces nothing if the file of %s cannot be written', async (option, name) => {
    writeFileSync(at('links.csv'), 'old');
    const path = join(folder, 'missing', name);
    await expect(run('--left', example, '--out', at('links.csv'), option, path)).rejects.toThrow(
      `${path} cannot be written (ENOENT)`,
    );
    expect(readFileSync(at('links.csv'), 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['links.csv']);
  });

  it.each([
    ['no title is known', 'Amara,Okafor,London\nBo,Smith,Leeds\n', '3: the schema names columns'],
    [
      'a column is known by its values',
      '1,Amara,a.okafor@post.uk\n2,Bo,bo@post.uk\n3,Ada,ada@post.uk\n',
      'line 1: the title of column 3 looks like its values',
    ],
    ['a value stands twice', 'Amara,Amara,a.okafor@post.uk\n', 'columns 1 and 2 have one title'],
    ['some titles are known', 'town,email,Amara\nBo,bo@post.uk,Smith\n', 'bare.csv not read: 3'],
  ])('shows nobody of a file without a line of titles: %s', async (_, rows, message) => {
    writeFileSync(at('bare.csv'), rows);
    writeFileSync(at('schema.json'), JSON.stringify({ columns: { surname: 'surname' } }));
    const said: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said.push(String(text));
      return true;
    });
    for (const options of [[], ['--guess'], ['--schema', at('schema.json')]])
      said.push(
        await run('--left', at('bare.csv'), '--out', at('links.csv'), ...options).catch(describeFailure),
      );
    const all = said.join('\n');
    expect(all).toContain(message);
    expect(all).not.toMatch(/Amara|Okafor/i);
  });

  it('names the line of a row that has too few cells', async () => {
    writeFileSync(at('broken.csv'), 'id,surname,dob\n1,Okafor,2020-01-02\n2,Okafor\n');
    await expect(run('--left', at('broken.csv'), '--out', at('links.csv'))).rejects.toThrow(
      'line 3: the row has 2 cells, and the header 3',
    );
  });

  it('refuses ids that stand twice', async () => {
    const rows = ['1,Ada,Okafor,2020-01-02', '2,Bo,Smith,1980-05-06', '1,Chidi,Moreau,1961-07-08'];
    writeFileSync(at('twice.csv'), `id,first name,surname,dob\n${rows.join('\n')}\n`);
    await expect(run('--left', at('twice.csv'), '--out', at('links.csv'))).rejects.toThrow(
      'records 1 and 3 have one id',
    );
  });
});
