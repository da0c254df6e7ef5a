import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { createContext, runInContext } from 'node:vm';
import type { PeriodCode } from '@kinledger/contracts';
import { openFile } from '@kinledger/intake-files';
import { xlsxCell, xlsxOfParts, xlsxSheet } from '@kinledger/intake-files/testing';
import { readProgramme, type Programme } from '@kinledger/programme';
import { nodeHashing } from '@kinledger/pseudonymisation';
import { writeProgramme } from '@kinledger/synthetic';
import { chromium } from 'playwright-core';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../e2e/browser.js';
import { answerOf, type FileAtSource } from './file-to-rows.js';

const SALT = 'mackerel-of-the-sea';
const PERIOD = '2023-24-Q2';
const programmeDirectory = fileURLToPath(new URL('../../programmes/leap', import.meta.url));
const browser = findBrowser();

let programme: Programme;
let folder: string;
let bundle: string;

beforeAll(async () => {
  programme = await readProgramme(programmeDirectory);
  folder = await mkdtemp(join(tmpdir(), 'kinledger-browser-'));
  await writeProgramme(join(folder, 'files'), {
    programme,
    people: 600,
    quarters: 1,
    seed: 'a page at the source',
    endPeriod: PERIOD as PeriodCode,
    salt: SALT,
  });
  bundle = await bundleForBrowsers();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Bundles the libraries into one script. The build fails if they import a Node module. */
async function bundleForBrowsers(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['@kinledger/source', 'browser', 'module', 'import', 'default'] },
    build: {
      write: false,
      minify: false,
      lib: {
        entry: fileURLToPath(new URL('at-source.ts', import.meta.url)),
        formats: ['iife'],
        name: 'atSource',
      },
      rolldownOptions: {
        onLog: (level, { message }) => {
          if (level === 'warn') throw new Error(message);
        },
      },
    },
  });
  const [output] = Array.isArray(built) ? built : [built as Rolldown.RolldownOutput];
  const chunks = output?.output ?? [];
  return chunks.map((chunk) => (chunk.type === 'chunk' ? chunk.code : '')).join('\n');
}

const hostileRows = (titles: readonly string[]): readonly string[] => {
  const row = (name: string, changes: Readonly<Record<string, string>>) =>
    titles.map((title) => changes[title] ?? (title === 'Case number' ? name : '')).join(';');
  const lines = [
    titles.join(';'),
    row('C-1', { 'Participant type': 'Child', "Child's first name": 'Zoë', 'Date of birth': '29/02/2020' }),
    row('C-1', {
      'Participant type': 'Child',
      "Child's first name": 'Zo\u00eb',
      'Date of birth': '12/31/2020',
    }),
    row('C-2', { 'Participant type': '"Adult"', 'Date of birth': '01/01/1900', Gender: 'not stated' }),
    row('', { 'Participant type': 'nobody', Gender: 'x', Consent: 'withdrawn' }),
  ];
  return lines;
};
const hostile = (titles: readonly string[]): Uint8Array =>
  Buffer.from(hostileRows(titles).join('\r'), 'latin1');
const sheetOf = (lines: readonly string[]): string =>
  xlsxSheet(lines.map((line) => `<row>${line.split(';').map(xlsxCell).join('')}</row>`).join(''));

async function fileOf(
  id: string,
  content?: (titles: readonly string[]) => Uint8Array,
): Promise<FileAtSource> {
  const dataset = programme.dataset(id);
  if (dataset === undefined) throw new Error(`the programme has no dataset ${id}`);
  const bytes =
    content?.(dataset.schema.fields.map(({ title }) => title)) ??
    (await readFile(join(folder, 'files/files', PERIOD, `${id}.csv`)));
  const { lookupFile } = programme.definition.area;
  const postcodes = await readFile(join(programmeDirectory, lookupFile), 'utf8');
  return {
    schema: dataset.schema,
    dataset: id,
    dataType: dataset.dataType,
    provider: dataset.serviceDefinition.provider,
    postcodes: postcodes.split('\n'),
    bytes: [...bytes],
  };
}

const ordinaryAnswer = (file: FileAtSource): Promise<string> =>
  answerOf({ openFile, hashing: nodeHashing }, file);

/** Runs the script in a context with browser globals only, without Node modules. */
function answerInScript(file: FileAtSource): Promise<string> {
  const context = createContext({
    ...{ TextDecoder, TextEncoder, URL, setTimeout, clearTimeout, DecompressionStream },
  });
  runInContext(bundle, context);
  return runInContext(`atSource.answerInBrowser(${JSON.stringify(file)})`, context) as Promise<string>;
}

async function answerInChromium(executablePath: string, files: readonly FileAtSource[]): Promise<string[]> {
  const chromiumHere = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await chromiumHere.newPage();
    await page.addScriptTag({ content: bundle });
    const answers: string[] = [];
    for (const file of files)
      answers.push(await page.evaluate<string>(`atSource.answerInBrowser(${JSON.stringify(file)})`));
    return answers;
  } finally {
    await chromiumHere.close();
  }
}

describe('a file on a page at the source', () => {
  const datasets = ['pairs-together-time.user', 'dv-enhanced-caseworkers.user', 'baby-steps.engagement'];

  it('is bundled without a Node module', () => {
    expect(bundle).not.toMatch(/browser-external|["']node:/);
    expect(bundle).toContain('answerInBrowser');
  });

  it.each(datasets)('gives the rows and findings that Node gives: %s', async (id) => {
    const file = await fileOf(id);
    const answer = await ordinaryAnswer(file);
    expect(answer).toContain('"rowKey"');
    expect(await answerInScript(file)).toBe(answer);
  });

  it('gives the rows and findings that Node gives: Windows-1252, semicolons, old line ends', async () => {
    const file = await fileOf('pairs-together-time.user', hostile);
    const answer = await ordinaryAnswer(file);
    expect(answer).toContain('"encoding":"windows-1252","delimiter":";"');
    expect(answer).toContain('month-first-date-of-birth');
    expect(await answerInScript(file)).toBe(answer);
  });

  it('gives the rows and findings that Node gives: a workbook', async () => {
    const file = await fileOf('pairs-together-time.user', (titles) =>
      xlsxOfParts({ sheets: [sheetOf(hostileRows(titles))], pack: (part) => deflateRawSync(part) }),
    );
    const answer = await ordinaryAnswer(file);
    expect(answer).toContain('"delimiter":null');
    expect(answer).toContain('month-first-date-of-birth');
    expect(await answerInScript(file)).toBe(answer);
  });

  it.skipIf(browser === undefined)(
    'gives the same rows and findings in Chromium (needs one on the path)',
    async () => {
      const files = [
        ...(await Promise.all(datasets.map((id) => fileOf(id)))),
        await fileOf(datasets[0]!, hostile),
      ];
      const answers = await Promise.all(files.map(ordinaryAnswer));
      expect(await answerInChromium(browser!, files)).toEqual(answers);
    },
  );
});
