import { datasetSchema } from '@kinledger/programme/definition';
import { describe, expect, it } from 'vitest';
import { proposeColumns } from './column-proposals.js';
import { matchHeader } from './header-mapping.js';

const schema = datasetSchema.parse({
  fields: [
    {
      name: 'case_number',
      title: 'Case number',
      type: 'string',
      constraints: { required: true },
      'x-kinledger': { identifiers: [{ kind: 'case-number', use: 'local' }] },
    },
    {
      name: 'carer_email',
      title: 'Parent email',
      type: 'string',
      'x-kinledger': { aliases: ['Carer email'], identifiers: [{ kind: 'email', use: 'carer' }] },
    },
    { name: 'north_ward', title: 'North ward', type: 'string' },
    { name: 'south_ward', title: 'South ward', type: 'string' },
    { name: 'kind', title: 'Kind of session', type: 'string' },
  ],
});

const proposals = (...header: string[]) =>
  proposeColumns(schema, header, matchHeader(schema, header)).map(({ field, candidates, ...rest }) => ({
    ...rest,
    field: field.name,
    columns: candidates.map(({ column }) => column),
  }));

describe('proposals for the columns of a header', () => {
  it('name a similar column for a field that was not found, and say whether the field is needed', () => {
    expect(proposals('Case no', 'Parent e-mail', 'Case numbr', 'Kind of sessions')).toEqual([
      { field: 'case_number', isNeeded: true, columns: [2], proposed: 2 },
      { field: 'kind', isNeeded: false, columns: [3], proposed: 3 },
    ]);
  });

  it('leave a person to choose between two columns that may both identify somebody', () => {
    expect(proposals('Case number', 'Parent emails', 'Carers emial')).toEqual([
      { field: 'carer_email', isNeeded: false, columns: [1, 2], proposed: null },
    ]);
  });

  it('leave a person to choose between two columns of which both are called like the field', () => {
    expect(proposals('Case number', 'Parent email', 'Carer email')).toEqual([
      { field: 'carer_email', isNeeded: false, columns: [1, 2], proposed: null },
    ]);
  });

  it('leave a person to choose if one column resembles two fields alike', () => {
    expect(proposals('Case number', 'Nouth ward').map(({ proposed }) => proposed)).toEqual([null, null]);
  });

  it('leave a column out where it clearly is another field', () => {
    expect(
      proposals('Case number', 'Kind of sessoin', 'Kinds of North ward').map(({ field }) => field),
    ).toEqual(['north_ward', 'kind']);
  });

  it.each(['carer.email@example.org', 'Carer email 07700 900123', 'Carer email 29/02/2020'])(
    'never name a column whose title is a value rather than a title: %s',
    (title) => {
      expect(proposals('Case number', title)).toEqual([]);
    },
  );

  it('never name a column that another field has, or a title that occurs twice', () => {
    expect(proposals('Case number', 'Kind of sesion', 'Kind of sesion')).toEqual([]);
  });
});
