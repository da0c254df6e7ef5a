import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataType, intakeCounts, rowOutcomes, submissionState } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import {
  namedDataTypes,
  namedFieldRules,
  namedReasons,
  namedRowRules,
  namedRows,
  namedStates,
} from '@kinledger/page-kit/names';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sourcesOf = (...folders: readonly string[]): string =>
  folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter(
          (path) =>
            path.endsWith('.ts') && !/\.(spec|features|testing|fixture)\.ts$|(^|\/)testing\//.test(path),
        )
        .map((path) => readFileSync(join(root, folder, path), 'utf8')),
    )
    .join('\n');

const ingest = sourcesOf('apps/ingest/src', 'libs/intake-files/src');
const pseudonymiser = sourcesOf('apps/pseudonymiser/src', 'libs/pseudonymised-rows/src');
const codes = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map((match) => match[1] ?? '');
const union = (name: string): string[] =>
  codes(new RegExp(`export type ${name} =([^;]+);`).exec(ingest)?.[1] ?? '', /'([a-z0-9-]+)'/g);

/** Compares the codes in the services’ sources and contracts with the names that pages have. */
describe('codes that a page shows', () => {
  it.each([
    ['reasons for refusing a file', union('RefusalReason'), namedReasons],
    ['reasons of intake', codes(ingest, /reason: '([a-z-]+)'/g), namedReasons],
    [
      'reasons of the pseudonymiser',
      codes(pseudonymiser, /(?:unprocessable\(|rowUnfit\(|reason: )'([a-z-]+)'/g),
      namedReasons,
    ],
    ['rules of a field', union('RuleKind'), namedFieldRules],
    ['rules of a row', union('RowRule'), namedRowRules],
    ['states at intake', submissionState.options, namedStates],
    ['outcomes at intake', Object.keys(intakeCounts.shape), namedRows],
    ['outcomes of linkage', Object.keys(rowOutcomes.shape), namedRows],
    ['data types', dataType.options, namedDataTypes],
  ])('have a name on pages: %s', (_, found, named) => {
    expect(found.length).toBeGreaterThan(1);
    expect(found.filter((code) => !named.has(code))).toEqual([]);
  });
});
