import { BrokenCsv } from '../reading/csv-cells.js';
import type { CsvHeader } from '../reading/csv-header.js';
import { someCells } from '../linking/some-cells.js';
import type { ColumnRole, LinkSchema } from './link-schema.js';

/** Words of titles, without case and marks, by role; the first role that fits is taken. */
const titles: readonly (readonly [role: ColumnRole | 'id' | 'role', pattern: RegExp])[] = [
  ['nhs-number', /^nhs(no|num|number)?$/],
  ['other-id', /^(socsecid|ssn|socialsecurity(no|number)?|nino|nationalinsurance(no|number)?|passport(no|number)?|upn|uniquepupilnumber|nationalid|hospital(no|number)|mrn)$/],
  ['id', /^(recid|recordid|rowid|uniqueid|id|uid|personid|clientid|clientref|reference|ref|caseid|casenumber|identifier|record)$/],
  ['given-name', /^(given|givenname|firstname|fname|forename|first|givennames|forenames|childfirstname|christianname)$/],
  ['given-name-part', /^(firstname3|givenname3|first3|firstthree|firstthreeletters)$/],
  ['surname', /^(surname|lastname|lname|familyname|last|family)$/],
  ['birth-date', /^(dob|birthdate|dateofbirth|birthday|borndate|dateborn|birth)$/],
  ['gender', /^(gender|sex|genderid)$/],
  ['postcode', /^(postcode|zip|zipcode|postalcode|pcode|postcodefake)$/],
  ['email', /^(email|emailaddress|mail|carersemail|careremail)$/],
  ['mobile', /^(mobile|phone|telephone|tel|mobilenumber|phonenumber|mobilephone|contactnumber)$/],
  ['house-number', /^(streetnumber|housenumber|housenum|houseno|number|streetno|buildingnumber)$/],
  ['address', /^(address|address[1-4]|addressline[1-4]?|street|streetname|streetaddress|addressstreet|road)$/],
  ['locality', /^(suburb|city|town|locality|village|municipality|postaltown|posttown|county)$/],
  ['role', /^(role|persontype)$/],
  ['attribute', /^(state|region|birthplace|placeofbirth|occupation|ethnicity|nationality|country|birthtown|middlename|middlenames)$/],
]; // prettier-ignore

const bare = (title: string): string =>
  title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '');

const VALUES = 200;
const MOST = 0.8;

/** What the values of a column look like, where its title says nothing. */
const looks: readonly (readonly [role: ColumnRole, pattern: RegExp])[] = [
  ['email', /^[^@\s]+@[^@\s]+\.[^@\s]+$/],
  ['mobile', /^(?:\+44|0044|0)\s?7[\d ]{8,}$/],
  ['postcode', /^[A-Za-z]{1,2}\d[A-Za-z\d]?\s?\d[A-Za-z]{2}$/],
  ['birth-date', /^(?:\d{4}-\d{2}-\d{2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|(?:19|20)\d{2}[01]\d[0-3]\d)$/],
  ['gender', /^(?:m|f|male|female)$/i],
];

/** A proposal of what the columns hold, and the columns that it leaves out. */
export interface GuessedSchema {
  readonly schema: LinkSchema;
  /** By number, from 1: their titles may be a person's own values, where a file has no line of titles. */
  readonly leftOut: readonly number[];
}

/**
 * Proposes a schema from titles, and from values where a title says nothing. Nothing is sent anywhere.
 * @throws BrokenCsv if a title looks like the values below it: such a file begins with a person's row, and would show it.
 */
export function guessSchema(bytes: Uint8Array, header: CsvHeader): GuessedSchema {
  const columns: Record<string, ColumnRole> = {};
  const leftOut: number[] = [];
  let id: string | undefined;
  let role: string | undefined;
  const taken = new Set<ColumnRole>();
  const repeatable: ReadonlySet<ColumnRole> = new Set<ColumnRole>([
    'address',
    'attribute',
    'other-id',
    'locality',
  ]);
  header.columns.forEach((title, column) => {
    const name = bare(title);
    const known = titles.find(([, pattern]) => pattern.test(name))?.[0];
    if (known === 'id' && id === undefined) {
      id = title;
      return;
    }
    if (known === 'role' && role === undefined) {
      role = title;
      return;
    }
    const found = known === 'id' || known === 'role' ? undefined : (known ?? lookOf(bytes, header, column));
    if (found === undefined || (taken.has(found) && !repeatable.has(found))) {
      leftOut.push(column + 1);
      return;
    }
    taken.add(found);
    columns[title] = found;
  });
  return {
    schema: { ...(id === undefined ? {} : { id }), ...(role === undefined ? {} : { role }), columns },
    leftOut,
  };
}

function lookOf(bytes: Uint8Array, header: CsvHeader, column: number): ColumnRole | undefined {
  const values = someCells(bytes, header, column, VALUES);
  if (values.length === 0) return undefined;
  const [role, pattern] =
    looks.find(([, look]) => values.filter((value) => look.test(value)).length >= MOST * values.length) ?? [];
  if (pattern?.test(header.columns[column] ?? '') === true)
    throw new BrokenCsv(
      header.firstLine - 1,
      `the title of column ${column + 1} looks like its values: put a line of titles before the rows`,
    );
  return role;
}
