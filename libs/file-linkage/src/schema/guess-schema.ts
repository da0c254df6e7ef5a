import { BrokenCsv } from '../reading/csv-cells.js';
import type { CsvHeader } from '../reading/csv-header.js';
import { someCells } from '../linking/some-cells.js';
import type { ColumnRole, FileSchema, LinkSchema, SchemaRole } from './link-schema.js';

/** Words of titles, without case and marks, by role; the first role that fits is taken. */
const titles: readonly (readonly [role: SchemaRole | 'id' | 'role', pattern: RegExp])[] = [
  ['nhs-number', /^nhs(no|num|number)?$/],
  ['other-id', /^(socsecid|ssn|socialsecurity(no|number)?|nino|nationalinsurance(no|number)?|passport(no|number)?|upn|uniquepupilnumber|nationalid|hospital(no|number)|mrn)$/],
  ['id', /^(recid|recordid|recordno|recordnumber|rowid|uniqueid|id|uid|personid|clientid|clientref|reference|ref|caseid|casenumber|identifier|record|reg(num|no|number|istrationnumber)|ncid)$/],
  ['given-name', /^(given|givenname|firstname|fname|forename|first|givennames|firstnames|forenames|childfirstname|christianname|vorname|prenom|nombre)$/],
  ['given-name-part', /^(firstname3|givenname3|first3|firstthree|firstthreeletters)$/],
  ['surname', /^(surname|lastname|lname|familyname|last|family|sname|nachname|familienname|apellido)$/],
  ['full-name', /^(name|fullname|wholename|completename)$/],
  ['birth-date', /^(dob|birthdate|dateofbirth|birthday|borndate|dateborn|birth|born|geburtsdatum|geburtstag)$/],
  ['birth-year', /^(birthyear|yearofbirth|yob|dobyear|doby|by|geburtsjahr)$/],
  ['birth-month', /^(birthmonth|monthofbirth|mob|dobmonth|dobm|bm|geburtsmonat)$/],
  ['birth-day', /^(dayofbirth|dobday|dobd|bd)$/],
  ['gender', /^(gender|sex|genderid|geschlecht|sexe|sexo)$/],
  ['postcode', /^(postcode|zip|zip5|zipcode|postalcode|postal|pcode|postcodefake|plz|postleitzahl)$/],
  ['email', /^(email|emailaddress|mail|carersemail|careremail)$/],
  ['mobile', /^(mobile|phone|telephone|tel|mobilenumber|phonenumber|phoneno|mobilephone|contactnumber|telefon)$/],
  ['house-number', /^(streetnumber|housenumber|housenum|houseno|number|streetno|buildingnumber|hausnummer)$/],
  ['address', /^(addr(ess)?[1-4]?|addressline[1-4]?|line[1-4]|street|street[12]|streetname|streetaddress|streetaddress[12]|addressstreet|road|strasse)$/],
  ['locality', /^(suburb|city|town|locality|village|municipality|postaltown|posttown|county|parish|ort|wohnort|stadt)$/],
  ['role', /^(role|persontype)$/],
  ['attribute', /^(state|region|birthplace|placeofbirth|birthstate|birthcountry|occupation|ethnic|ethnicity|race|nationality|country|birthtown|age|middle|middlename|middlenames|midlname|middleinitial|mname|suffix|namesuffix|fnamec2|lnamec2|bundesland|beruf)$/],
]; // prettier-ignore

/** Words around a title that say whose or which, and in what form. */
const whose = new Set([
  ...['res', 'residential', 'residence', 'mail', 'mailing', 'home', 'person', 'patient', 'client', 'voter', 'student'],
  ...['pupil', 'member', 'customer', 'applicant', 'current', 'primary', 'orig', 'original', 'clean'],
]); // prettier-ignore
const form = new Set(['desc', 'description', 'cd', 'code', 'txt', 'text', 'lbl', 'label', 'nm', 'c1']);

/** The words of a title, without case and marks: “ZipCode”, “zip_code”. */
const wordsOf = (title: string): readonly string[] =>
  title
    .normalize('NFKD')
    .replaceAll('ß', 'ss')
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');

function roleOfTitle(title: string): SchemaRole | 'id' | 'role' | undefined {
  const words = [...wordsOf(title)];
  const known = () => titles.find(([, pattern]) => pattern.test(words.join('')))?.[0];
  let role = known();
  while (role === undefined && words.length > 1 && form.has(words.at(-1) ?? '')) {
    words.pop();
    role = known();
  }
  while (role === undefined && words.length > 1 && whose.has(words[0] ?? '')) {
    words.shift();
    role = known();
  }
  return role;
}

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
  readonly schema: FileSchema;
  /** By number, from 1: their titles may be a person's own values, where a file has no line of titles. */
  readonly leftOut: readonly number[];
}

/** Roles that several columns may have. */
const repeatable: ReadonlySet<SchemaRole> = new Set<SchemaRole>([
  'address',
  'attribute',
  'other-id',
  'locality',
]);

/**
 * Proposes a schema from titles, and from values where a title says nothing. Nothing is sent anywhere.
 * @throws BrokenCsv if a title looks like the values below it: such a file begins with a person's row, and would show it.
 */
export function guessSchema(bytes: Uint8Array, header: CsvHeader): GuessedSchema {
  const columns: Record<string, SchemaRole> = {};
  let id: string | undefined;
  let role: string | undefined;
  const taken = new Set<SchemaRole>();
  header.columns.forEach((title, column) => {
    const known = roleOfTitle(title);
    if (known === 'id' && id === undefined) {
      id = title;
      return;
    }
    if (known === 'role' && role === undefined) {
      role = title;
      return;
    }
    const isPart = known === 'birth-year' || known === 'birth-month' || known === 'birth-day';
    // Titles of parts are short: “bd” may be a whole date as well.
    const look = known === undefined || isPart ? lookOf(bytes, header, column) : undefined;
    const found =
      known === 'id' || known === 'role' ? undefined : look === 'birth-date' ? look : (known ?? look);
    if (found === undefined || (taken.has(found) && !repeatable.has(found))) return;
    taken.add(found);
    columns[title] = found;
  });
  const kept = withoutDoubles(columns);
  const read = new Set([...Object.keys(kept), id, role]);
  return {
    schema: { ...(id === undefined ? {} : { id }), ...(role === undefined ? {} : { role }), columns: kept },
    leftOut: header.columns.flatMap((title, column) => (read.has(title) ? [] : [column + 1])),
  };
}

/** A name and a date are read once: the parts of a name before the whole, the whole of a date before its parts. */
function withoutDoubles(columns: Readonly<Record<string, SchemaRole>>): Record<string, SchemaRole> {
  const entries = Object.entries(columns);
  const has = (...roles: readonly SchemaRole[]) =>
    roles.some((role) => entries.some(([, found]) => found === role));
  const named = has('given-name', 'given-name-part', 'surname');
  const dated = has('birth-date');
  const inParts = has('birth-year') && has('birth-month') && has('birth-day');
  return Object.fromEntries(
    entries.flatMap(([title, role]): readonly (readonly [string, SchemaRole])[] => {
      if (role === 'full-name' && named) return [];
      if (role === 'given-name-part' && has('given-name')) return [];
      if (role === 'birth-year' && !inParts && !dated) return [[title, 'attribute']];
      if ((role === 'birth-year' || role === 'birth-month' || role === 'birth-day') && (dated || !inParts))
        return [];
      return [[title, role]];
    }),
  );
}

/** What the fields are that a column gives. */
const fieldsOfRole = (role: SchemaRole): readonly SchemaRole[] => {
  if (role === 'full-name') return ['given-name', 'surname'];
  return role === 'birth-year' || role === 'birth-month' || role === 'birth-day' ? ['birth-date'] : [role];
};

/**
 * The proposals for two files, as one: of columns with one role, the first in each file belong together. Columns whose role the
 * other file has not, or not so often, are left out.
 */
export function inCommon(left: FileSchema, right: FileSchema): LinkSchema {
  const [leftColumns, rightColumns] = [columnsInCommon(left, right), columnsInCommon(right, left)];
  const named = <Name extends 'id' | 'role'>(name: Name, file: FileSchema) =>
    left[name] === undefined || right[name] === undefined ? {} : { [name]: file[name] };
  return {
    ...{ ...named('id', left), ...named('role', left), columns: leftColumns },
    right: { ...named('id', right), ...named('role', right), columns: rightColumns },
  };
}

function columnsInCommon({ columns }: FileSchema, other: FileSchema): FileSchema['columns'] {
  const roleOf = (column: FileSchema['columns'][string]): SchemaRole =>
    typeof column === 'string' ? column : column.role;
  const left = new Map<SchemaRole, number>();
  for (const column of Object.values(other.columns))
    for (const field of new Set(fieldsOfRole(roleOf(column)))) left.set(field, (left.get(field) ?? 0) + 1);
  return Object.fromEntries(
    Object.entries(columns).filter(([, column]) => {
      const role = roleOf(column);
      const fields = fieldsOfRole(role);
      if (!fields.every((field) => (left.get(field) ?? 0) > 0)) return false;
      // Of several columns, each takes one of the other file; those of one date take it together.
      if (repeatable.has(role)) left.set(role, (left.get(role) ?? 0) - 1);
      return true;
    }),
  );
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
