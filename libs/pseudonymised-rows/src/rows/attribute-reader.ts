import { ADDRESS_PROTECTED } from '@kinledger/contracts';
import { hasNoArea } from '@kinledger/domain/identifiers';
import {
  PROTECTED_AREA,
  valueKindOf,
  type ColumnTarget,
  type DatasetField,
  type DatasetSchema,
  type PostcodeLookup,
} from '@kinledger/programme/definition';
import { leavingValue } from './leaving-value.js';
import type { RowCounts } from './row-counts.js';

type Values = readonly (string | null)[];
type ReadValue = (text: string, counts: RowCounts) => string | undefined;

/** The limit of `attributes` in the contracts; coded values are far shorter. */
const MAX_LENGTH = 120;

/**
 * Returns a function that reads the coded attributes of a dataset's rows: birth dates become months, postcodes areas.
 * It throws RowUnfit for a value that is not in canonical form.
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
  const kind = valueKindOf(field);
  switch (target?.to) {
    case 'attribute':
      return { name: target.name, read: leavingValue(field) };
    case 'birth-month':
      return { name: 'birthMonth', read: kind === 'birth-month' ? leavingValue(field) : monthOf(field) };
    case 'lsoa':
      return kind === 'postcode'
        ? { name: 'lsoa', read: areaOf(postcodes), isProtected: (text) => postcodes.isProtected(text) }
        : { name: 'lsoa', read: areaCode(field), isProtected: (text) => text === PROTECTED_AREA };
    case 'fact':
    case 'measure':
    case 'role':
    case undefined:
      return undefined;
  }
}

function monthOf(field: DatasetField): ReadValue {
  const day = leavingValue(field);
  return (text) => day(text).slice(0, 7);
}

function areaCode(field: DatasetField): ReadValue {
  const area = leavingValue(field);
  return (text) => (area(text) === PROTECTED_AREA ? undefined : text);
}

/**
 * The postcode goes no further than this function. A protected address has no area, and is marked; forces post offices
 * and people of no fixed abode have none either. That is not an error.
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
