import { ledgerContracts } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import type { Column } from './read-table.js';
import { handledEvents, readModels, readTables } from './registry.js';

/** Ids of files, not of people. */
const ofFiles = new Set(['submission_id', 'supersedes']);
/** Documents about the programme, whole files or quarters: counts, definitions, and providers without anything to report. */
const ofProgrammes = new Set([
  ...[
    'definition',
    'counts',
    'findings',
    'outcomes',
    'versions',
    'figures',
    'nil_returns',
    'groups',
    'audit',
  ],
]);

/** Numbers that identify people, records or families, and documents that are stored as text. */
const ofPeople = new Set([
  'record',
  'individual',
  'child',
  'other',
  'family',
  'forwarded_to',
  'attributes',
  'provenance',
]);

/**
 * Whether a column may contain an id, a number or a document about a person: every id except those of files, and every
 * other document.
 */
const isOfPeople = ({ name, type }: Column): boolean =>
  (type.startsWith('uuid') && !ofFiles.has(name)) ||
  (type === 'jsonb' && !ofProgrammes.has(name)) ||
  ofPeople.has(name);

describe('the read models', () => {
  it('have tables of different names', () => {
    const names = readTables.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('declare for each table with a person’s id or attributes how these are erased', () => {
    const unanswered = readTables.filter(
      ({ columns, erasure }) => columns.some(isOfPeople) && erasure.holds === 'nobody',
    );
    expect(unanswered.map(({ name }) => name)).toEqual([]);
  });

  it('erase by statement in every table with the content of rows, which names its record', () => {
    const byRecord = readTables.filter(({ columns }) =>
      columns.some(({ name }) => name === 'record_id' || name === 'record'),
    );
    expect(byRecord.map(({ name }) => name)).toEqual([
      ...['numbered_record', 'numbered_outcome', 'numbered_feedback', 'numbered_input'],
    ]);
    for (const { name, erasure } of byRecord) {
      expect(erasure, name).toMatchObject({ holds: 'what records say' });
      expect('erase' in erasure && erasure.erase, name).toMatch(new RegExp(`(FROM|UPDATE) ${name} `));
    }
  });

  it('handle the events that remove what is derived from records', () => {
    for (const { name, tables, handledEvents: own } of readModels) {
      const named = tables.flatMap(({ erasure }) =>
        erasure.holds === 'what follows from records' ? erasure.goesWith : [],
      );
      expect(own, name).toEqual(expect.arrayContaining([...named]));
    }
  });

  it('together handle every event of the ledger, except those whose effect other events describe: refusals of consent, un-parkings; and changes of keys', () => {
    const erasures = ['RecordErased', 'CarerTokensErased'];
    const unhandled = Object.keys(ledgerContracts).filter(
      (type) => !erasures.includes(type) && !(handledEvents as ReadonlySet<string>).has(type),
    );
    expect(unhandled.toSorted()).toEqual([
      ...['ConsentRefused', 'KeyRotated', 'KeyRotationBegun', 'RecordsRekeyed'],
      ...['SigningKeyChanged', 'SubmissionUnparked'],
    ]);
  });
});
