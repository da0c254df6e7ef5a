import { ledgerContracts } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import type { Column } from './read-table.js';
import { handledEvents, readModels, readTables } from './registry.js';

/** Ids that are of files, not of people. */
const ofFiles = new Set(['submission_id', 'supersedes']);
/** Documents of the programme and of whole files: counts and definitions. */
const ofProgrammes = new Set(['definition', 'counts', 'findings', 'outcomes']);

/** Numbers that stand for people, records and families, and documents that are kept as text. */
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

/** Whether a column may hold an id, a number or a word of a person: every id that is not a file’s, every other document. */
const isOfPeople = ({ name, type }: Column): boolean =>
  (type.startsWith('uuid') && !ofFiles.has(name)) ||
  (type === 'jsonb' && !ofProgrammes.has(name)) ||
  ofPeople.has(name);

describe('the read models', () => {
  it('have tables of different names', () => {
    const names = readTables.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('say of each table with a person’s id or attributes how these go with an erased record', () => {
    const unanswered = readTables.filter(
      ({ columns, erasure }) => columns.some(isOfPeople) && erasure.holds === 'nobody',
    );
    expect(unanswered.map(({ name }) => name)).toEqual([]);
  });

  it('erase by statement in every table that keeps what a row says, which is named by its record', () => {
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

  it('handle the events that take out what follows from records', () => {
    for (const { name, tables, handledEvents: own } of readModels) {
      const named = tables.flatMap(({ erasure }) =>
        erasure.holds === 'what follows from records' ? erasure.goesWith : [],
      );
      expect(own, name).toEqual(expect.arrayContaining([...named]));
    }
  });

  it('handle together every event of the ledger but those whose effect other events tell: refusals of consent, decisions about two rows, un-parkings', () => {
    const erasure = 'RecordErased';
    const unhandled = Object.keys(ledgerContracts).filter(
      (type) => type !== erasure && !(handledEvents as ReadonlySet<string>).has(type),
    );
    expect(unhandled.toSorted()).toEqual([
      ...['ConsentRefused', 'LinkAllowed', 'LinkForbidden', 'LinkReviewed', 'SubmissionUnparked'],
    ]);
  });
});
