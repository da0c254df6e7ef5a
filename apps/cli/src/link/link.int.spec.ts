import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markupProblems } from '@kinledger/page-kit/testing';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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

  it('writes a report that is valid HTML and names no record', async () => {
    await run('--left', example, '--out', at('links.csv'), '--report', at('report.html'));
    const report = readFileSync(at('report.html'), 'utf8');
    expect(await markupProblems(report)).toEqual([]);
    expect(report).toContain('Match weights');
    const ids = readFileSync(example, 'utf8')
      .split('\n')
      .slice(1, 50)
      .map((line) => line.split(',')[0] ?? '');
    for (const id of ids) expect(report).not.toContain(`>${id}<`);
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
  ])('says in one sentence what is wrong: %s', async (_, options, message) => {
    await expect(run(...options)).rejects.toThrow(message);
  });

  it('names the line of a row that has too few cells', async () => {
    writeFileSync(at('broken.csv'), 'id,surname,dob\n1,Okafor,2020-01-02\n2,Okafor\n');
    await expect(run('--left', at('broken.csv'), '--out', at('links.csv'))).rejects.toThrow(
      'line 3: the row has 2 cells, and the header 3',
    );
  });

  it('refuses ids that stand twice', async () => {
    const rows = ['1,Ada,Okafor,2020-01-02', '1,Ada,Okafor,2020-01-02'];
    writeFileSync(at('twice.csv'), `id,first name,surname,dob\n${rows.join('\n')}\n`);
    await expect(run('--left', at('twice.csv'), '--out', at('links.csv'))).rejects.toThrow(
      'several records with one id',
    );
  });
});
