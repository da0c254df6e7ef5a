import { ADDRESS_PROTECTED } from '@kinledger/contracts';
import { birthMonthOf, canonicalBirthDate, hasNoArea } from '@kinledger/domain/identifiers';
import { formatOf, PROTECTED_AREA } from '@kinledger/programme/definition';
import type {
  ColumnTarget,
  DatasetField,
  DatasetSchema,
  PostcodeLookup,
} from '@kinledger/programme/definition';
import type { RowCounts } from './row-counts.js';

type Values = readonly (string | null)[];
type ReadValue = (text: string, counts: RowCounts) => string | undefined;

const month = /^\d{4}-(0[1-9]|1[0-2])$/;
const lsoaCode = /^[A-Z]\d{8}$/;
/** As `attributes` in the contracts; coded values are far shorter. */
const MAX_LENGTH = 120;

/**
 * The coded attributes of a dataset's rows: birth dates become months, postcodes areas. A value that has no such form
 * is left out.
 */
export function attributeReader(
  schema: DatasetSchema,
  postcodes: PostcodeLookup,
): (values: Values, counts: RowCounts) => Record<string, string> {
  const columns = schema.fields.flatMap((field, index) => {
    const planned = planAttribute(field, postcodes);
    return planned === undefined ? [] : [{ index, ...planned }];
  });
  return (values, counts) => {
    const attributes: Record<string, string> = {};
    for (const { index, name, read, isProtected } of columns) {
      const text = values[index] ?? null;
      if (text === null || text === '') continue;
      const value = read(text, counts);
      if (value !== undefined && value.length <= MAX_LENGTH) attributes[name] = value;
      if (isProtected?.(text) === true) attributes[ADDRESS_PROTECTED] = 'yes';
    }
    return attributes;
  };
}

function planAttribute(
  field: DatasetField,
  postcodes: PostcodeLookup,
): { name: string; read: ReadValue; isProtected?: (text: string) => boolean } | undefined {
  const target: ColumnTarget | undefined = field['x-kinledger'].target;
  switch (target?.to) {
    case 'attribute':
      return { name: target.name, read: (text) => text };
    case 'birth-month':
      return { name: 'birthMonth', read: birthMonth };
    case 'lsoa':
      return formatOf(field) === 'postcode'
        ? { name: 'lsoa', read: areaOf(postcodes), isProtected: (text) => postcodes.isProtected(text) }
        : { name: 'lsoa', read: areaCode, isProtected: (text) => text === PROTECTED_AREA };
    case 'fact':
    case 'role':
    case undefined:
      return undefined;
  }
}

const birthMonth: ReadValue = (text) => {
  if (month.test(text)) return text;
  const birthDate = canonicalBirthDate(text);
  return birthDate === undefined ? undefined : birthMonthOf(birthDate);
};

const areaCode: ReadValue = (text) => (lsoaCode.test(text) ? text : undefined);

/**
 * The postcode goes no further than this function. A protected address has no area, and says so; a forces post office and no
 * fixed abode have none either. That is not an error.
 */
const areaOf =
  (postcodes: PostcodeLookup): ReadValue =>
  (text, counts) => {
    const lsoa = postcodes.lsoaOf(text);
    if (lsoa !== undefined) return lsoa;
    if (postcodes.isProtected(text)) counts.protectedPostcodes += 1;
    else if (!hasNoArea(text)) counts.unknownPostcodes += 1;
    return undefined;
  };
