import type { Sha256Hex } from '@kinledger/domain/identifiers';
import { headerKey, valueKey, type DatasetSchema } from '@kinledger/programme/definition';
import { matchHeader, type ChosenTitles } from './header-mapping.js';
import { codeInSchema, mappableCodes } from './unmatched-values.js';

/** The codes that a person chose for a provider's values: by field, then by value. */
export type ChosenCodes = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a person confirmed about the files of one provider, dataset and header. */
export interface ConfirmedMapping {
  readonly columns: ChosenTitles;
  readonly values: ChosenCodes;
}

/** What of a mapping does not fit the schema or the header. */
export interface MappingFault {
  /** `columns.FIELD`, `values.FIELD` or a field that every row needs. */
  readonly path: string;
  readonly message: string;
}

/**
 * A digest of the titles of a header, in any order, compared without case, spaces and punctuation; columns without a
 * title do not count.
 */
export const headerFingerprint = (header: readonly string[], sha256: Sha256Hex): string =>
  sha256(
    header
      .map(headerKey)
      .filter((key) => key !== '')
      .sort()
      .join('\n'),
  );

/**
 * Why a mapping cannot be used on files with this header; empty if it can. A mapping that was right may have faults
 * after the schema has changed: it names a field or a code that is gone, or lacks a field that every row now needs.
 */
export function mappingFaults(
  schema: DatasetSchema,
  header: readonly string[],
  mapping: ConfirmedMapping,
): readonly MappingFault[] {
  return [...columnFaults(schema, header, mapping.columns), ...valueFaults(schema, mapping.values)];
}

function columnFaults(
  schema: DatasetSchema,
  header: readonly string[],
  chosen: ChosenTitles,
): readonly MappingFault[] {
  const faults: MappingFault[] = [];
  const keys = header.map(headerKey);
  const fieldOfKey = new Map<string, string>();
  const match = matchHeader(schema, header, chosen);
  const byName = matchHeader(schema, header);
  for (const [name, title] of Object.entries(chosen)) {
    const tell = (message: string) => faults.push({ path: `columns.${name}`, message });
    const field = schema.fields.find((one) => one.name === name);
    const key = headerKey(title);
    const found = keys.filter((one) => one === key).length;
    const other = fieldOfKey.get(key);
    fieldOfKey.set(key, name);
    if (field === undefined) tell('the dataset has no such field');
    else if (found === 0 || key === '') tell('the file has no column with this title');
    else if (found > 1) tell('the file has more than one column with this title');
    else if (other !== undefined) tell(`the same column is chosen for ${other}`);
    else if (!match.byChoice.includes(name)) {
      const read = schema.fields.find((one) => byName.byField[one.name] === keys.indexOf(key));
      tell(
        read === undefined
          ? `another column is called "${field.title}" or is an alias of it, and is read`
          : `the column is read as "${read.title}", which it is called`,
      );
    }
  }
  for (const { field } of match.ambiguous)
    faults.push({ path: field.name, message: `more than one column could be "${field.title}"` });
  for (const field of match.missing)
    faults.push({ path: field.name, message: `there is no column "${field.title}"` });
  return faults;
}

function valueFaults(schema: DatasetSchema, chosen: ChosenCodes): readonly MappingFault[] {
  return Object.entries(chosen).flatMap(([name, codeOf]) => {
    const path = `values.${name}`;
    const field = schema.fields.find((one) => one.name === name);
    if (field === undefined) return [{ path, message: 'the dataset has no such field' }];
    const codes = mappableCodes(field);
    if (codes === undefined) {
      return field['x-kinledger'].consent
        ? [{ path, message: 'only the programme says which words give consent' }]
        : [{ path, message: 'the field has no codes' }];
    }
    const codeOfKey = new Map<string, string>();
    return Object.entries(codeOf).flatMap(([value, code]) => {
      const key = valueKey(value);
      const known = codeInSchema(field, value) ?? codeOfKey.get(key);
      codeOfKey.set(key, code);
      if (key === '') return [{ path, message: 'an empty value has no code' }];
      if (!codes.includes(code)) return [{ path, message: 'the field has no such code' }];
      if (known === undefined || known === code) return [];
      return [{ path, message: `a value that means "${known}" cannot mean another code` }];
    });
  });
}

/** The schema with the confirmed values added to its value maps; the schema's own spellings stay as they are. */
export function withChosenCodes(schema: DatasetSchema, chosen: ChosenCodes): DatasetSchema {
  if (Object.keys(chosen).length === 0) return schema;
  return {
    ...schema,
    fields: schema.fields.map((field) => {
      const codeOf = Object.hasOwn(chosen, field.name) ? chosen[field.name] : undefined;
      if (codeOf === undefined) return field;
      const added = Object.entries(codeOf).filter(([value]) => codeInSchema(field, value) === undefined);
      const extension = field['x-kinledger'];
      return {
        ...field,
        'x-kinledger': { ...extension, valueMap: { ...Object.fromEntries(added), ...extension.valueMap } },
      };
    }),
  };
}
