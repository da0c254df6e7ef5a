import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { guideTo } from '@kinledger/file-templates';
import { periodOfCode, sha256Hex } from '@kinledger/domain';
import { knownTitles, mapHeader, openFile, RowValidator } from '@kinledger/intake-files';
import { readProgramme, type Dataset, type Programme } from '@kinledger/programme';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PeriodCode } from '@kinledger/contracts';
import { writeTemplates } from './write-templates.js';

const programmes = fileURLToPath(new URL('../../../../programmes', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kinledger-templates-'));
const limits = { maxColumns: 500, maxRowBytes: 1_000_000 };
const text = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('the templates of a programme', () => {
  const written = new Map<Programme, readonly Dataset[]>();
  beforeAll(async () => {
    for (const name of readdirSync(programmes)) {
      const programme = await readProgramme(join(programmes, name));
      written.set(programme, programme.datasets);
      for (const dataset of programme.datasets) await writeTemplates(dataset, folder);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const each = async (examine: (dataset: Dataset, programme: Programme) => Promise<void> | void) => {
    for (const [programme, datasets] of written)
      for (const dataset of datasets) await examine(dataset, programme);
  };

  it('are accepted without a finding once they are filled in as the guide says', () =>
    each(async (dataset, programme) => {
      const { schema } = dataset;
      const examples = guideTo(dataset).fields.map(({ example }) => example);
      const row = examples.map((value) => `"${value}"`).join(',');
      const bytes = Buffer.from(`${text(`${dataset.id}.csv`)}${row}\r\n`);
      const csv = await openFile([bytes].values() as never, knownTitles(schema), limits);
      const mapping = mapHeader(schema, csv.header);
      expect(mapping.columnOf, dataset.id).not.toContain(-1);
      const validator = new RowValidator(dataset, mapping, {
        headerLength: csv.header.length,
        dates: {
          today: '2026-01-01',
          period: periodOfCode('2023-24-Q2' as PeriodCode),
          holdsEarlierRows: dataset.extractKind !== 'delta',
          plausibility: programme.definition.plausibility,
        },
        limits: { maxFieldLength: 1000 },
        synthetic: true,
        sha256: sha256Hex,
      });
      for await (const batch of csv.batches) {
        for (const record of batch) {
          const { outcome, findings } = validator.validate(record, 2);
          expect({ dataset: dataset.id, outcome, findings: findings.map(({ rule }) => rule.code) }).toEqual({
            dataset: dataset.id,
            outcome: 'accepted',
            findings: [],
          });
        }
      }
    }));

  it('are workbooks of which the sheet to fill in is read', () =>
    each(async ({ id, schema }) => {
      const bytes = readFileSync(join(folder, `${id}.xlsx`));
      const table = await openFile([bytes].values() as never, knownTitles(schema), limits);
      expect(table.sheet?.name).toBe('Rows');
      expect(mapHeader(schema, table.header).columnOf).toEqual(schema.fields.map((_, column) => column));
      for await (const batch of table.batches) expect(batch.flat().join('')).toBe('');
    }));

  it('have a schema whose digest is its name', () =>
    each((dataset) => {
      const schema = text(`${dataset.id}.schema.json`);
      expect(createHash('sha256').update(schema).digest('hex')).toBe(dataset.schemaHash);
    }));

  it('say exactly what leaves a source that makes its digests itself, and never shows a clear identifier', () =>
    each((dataset) => {
      const names = readdirSync(folder).filter((name) => name === `${dataset.id}.leaves.html`);
      expect(names).toHaveLength(dataset.pseudonymisedAtSource ? 1 : 0);
      if (!dataset.pseudonymisedAtSource) return;
      const sheet = text(`${dataset.id}.leaves.html`);
      for (const { title } of dataset.schema.fields) expect(sheet).toContain(`>${title}</th>`);
      expect(sheet).toContain('Never leaves');
    }));
});
