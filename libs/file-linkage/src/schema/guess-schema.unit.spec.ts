import { describe, expect, it } from 'vitest';
import { guessSchemaOf, type GuessedSchemas } from '../linking/read-files.js';
import { fieldsOfFiles } from './link-schema.js';

const guess = (...files: readonly string[]): GuessedSchemas =>
  guessSchemaOf(
    files.map((text, file) => ({ path: `${file}.csv`, bytes: new Uint8Array(Buffer.from(text)) })),
  );

describe('the guessed schema', () => {
  it.each([
    ['res_street_address', 'address'],
    ['Residential City Desc', 'locality'],
    ['state_cd', 'attribute'],
    ['ZipCode', 'postcode'],
    ['PatientLastName', 'surname'],
    ['Vorname', 'given-name'],
    ['Straße', 'address'],
    ['full name', 'full-name'],
    ['birth_year', 'attribute'],
  ])('knows the title %s', (title, role) => {
    expect(guess(`${title},zzz\n,\n`).schema.columns).toEqual({ [title]: role });
  });

  it('takes year, month and day for one date, unless there is a date', () => {
    expect(guess('by,bm,bd\n1984,5,12\n').schema.columns).toEqual({
      ...{ by: 'birth-year', bm: 'birth-month', bd: 'birth-day' },
    });
    expect(guess('dob,by,bm,bd\n1984-05-12,1984,5,12\n')).toMatchObject({
      ...{ schema: { columns: { dob: 'birth-date' } }, leftOut: [[2, 3, 4]] },
    });
  });

  it('takes a column of whole dates for the date of birth whatever its title says of a day', () => {
    expect(guess('name,Geburtstag\nAda,1984-05-12\n').schema.columns).toMatchObject({
      Geburtstag: 'birth-date',
    });
    expect(guess('name,bd\nAda,1984-05-12\n').schema.columns).toMatchObject({ bd: 'birth-date' });
  });

  it('takes the parts of a name before the whole', () => {
    expect(guess('full_name,first_name,surname\nAda Okafor,Ada,Okafor\n')).toMatchObject({
      ...{ schema: { columns: { first_name: 'given-name', surname: 'surname' } }, leftOut: [[1]] },
    });
  });

  it('pairs columns of two files by role where their titles differ, and leaves out what one of them has', () => {
    const { schema, leftOut } = guess(
      'rec_id,given_name,surname,address_1,address_2,dob,email\n',
      'DOB;Name;Line1;Town;RecordID\n',
    );
    expect(schema).toEqual({
      id: 'rec_id',
      columns: { given_name: 'given-name', surname: 'surname', address_1: 'address', dob: 'birth-date' },
      right: {
        id: 'RecordID',
        columns: { DOB: 'birth-date', Name: 'full-name', Line1: 'address' },
      },
    });
    expect(leftOut).toEqual([[5, 7], [4]]);
    const [left, right] = fieldsOfFiles(schema, 2);
    expect(left?.map(({ role }) => role)).toEqual(right?.map(({ role }) => role));
  });

  it('is one for both files where the second has the titles of the first, in any order', () => {
    expect(guess('id,first,last\n', 'last,more,first,id\n').schema).toEqual({
      id: 'id',
      columns: { first: 'given-name', last: 'surname' },
    });
  });
});
