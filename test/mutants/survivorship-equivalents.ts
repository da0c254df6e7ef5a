import type { Equivalent } from './equivalent.js';

const records = 'libs/read-models/src/records';
const filler = `${records}/records-filler.ts`;
const writer = `${records}/records-writer.ts`;
const touched = `${records}/touched-individuals.ts`;
const tables = `${records}/tables.ts`;

const refreshesMore = 'brings individuals up to date that are so already: more work for the same';
const asksMore = 'asks or writes about nothing: a round trip more for the same';
const sameId = 'the id that a body has is that by which its record entered: found again for the same';

/** Every change of survivorship that is known to alter no answer. */
export const survivorshipEquivalents: readonly Equivalent[] = [
  {
    file: filler,
    code: 'if (individual !== NOBODY) this.#survive(individual, record, entry, row, rules);',
    replacements: ['true'],
    because: 'what the records of nobody say is kept under number 0, which nothing reads',
  },
  {
    file: filler,
    code: 'return place < 0;',
    replacements: ['<='],
    because: 'no two records of an individual have one row key, so that no two have one place',
  },
  {
    file: filler,
    code: 'return (mine.start - its.start || mine.sequence - its.sequence) > 0;',
    replacements: ['>='],
    because: 'no two files of a dataset have one period and sequence, which make the id of a submission',
  },
  {
    file: filler,
    code: 'record: row?.record ?? this.#records.idOf(record),',
    replacements: ['this.#records.idOf(record)'],
    because: sameId,
  },
  {
    file: filler,
    code: 'rowKey: row?.rowKey ?? this.#rowKeys.idOf(this.#key.get(record)),',
    replacements: ['this.#rowKeys.idOf(this.#key.get(record))'],
    because: sameId,
  },
  ...[
    'for (const table of [this.#table, ...Object.values(this.#facts)]) await table.flushIfFull();',
    'await table.flushIfFull();',
  ].map((code) => ({
    ...{ file: filler, code, replacements: [';'] },
    because: 'rows wait in memory until the end, and are written then',
  })),
  {
    file: writer,
    code: 'if (standing.individual !== null && !registers) {',
    replacements: ['true', '||', '!registers', 'standing.individual !== null'],
    because: refreshesMore,
  },
  {
    file: writer,
    code: 'if (isAttributed(row, rules)) this.#touched.add(standing.individual);',
    replacements: ['true'],
    because: refreshesMore,
  },
  {
    file: writer,
    code: 'if (individuals.length === 0) return;',
    replacements: ['false'],
    because: asksMore,
  },
  {
    file: touched,
    code: 'for (const individual of individuals) if (individual !== null) this.#touched.add(individual);',
    replacements: ['true'],
    because: 'nothing in the tables belongs to null',
  },
  ...['this.#touched.clear();', 'this.#factRoles.clear();'].map((code) => ({
    ...{ file: touched, code, because: refreshesMore },
  })),
  {
    file: touched,
    code: 'for (let from = 0; from < touched.length; from += TOGETHER) {',
    replacements: ['<='],
    because: asksMore,
  },
  ...['if (gained.length === 0) return;', 'if (individuals.length === 0) return;'].map((code) => ({
    ...{ file: touched, code, replacements: ['false'], because: asksMore },
  })),
  {
    file: touched,
    code: 'FROM ${ranked} WHERE r.individual = ANY ($1::int[]) AND r.attributed ORDER BY ${leastFirst}`,',
    replacements: [''],
    because: 'records are read that say nothing and list nobody: no attribute and no role is taken from them',
  },
  {
    file: tables,
    code: 'CREATE INDEX numbered_record_individual ON numbered_record (individual) WHERE individual IS NOT NULL;',
    because: 'an index changes how fast an answer comes, not which one',
  },
  ...[
    'LEFT JOIN numbered_dataset d ON d.number = r.dataset',
    'LEFT JOIN submission s ON s.number = r.submission',
  ].map((code) => ({
    ...{ file: tables, code },
    because:
      'every record has both; an outer join lets the server leave out the table whose columns nobody asks for',
  })),
];
