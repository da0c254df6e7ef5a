import { codedValues, valueKey, valueKindOf, type DatasetField } from '@kinledger/programme/definition';

/** A value that a cell of a coded column may hold. */
export interface ListedValue {
  /** The spelling to use in a file. */
  readonly text: string;
  /** The code that it becomes. */
  readonly code: string;
  /** Further spellings that are understood. */
  readonly others: readonly string[];
}

const yesOrNo: Readonly<Record<string, string>> = { true: 'Yes', false: 'No' };

/**
 * The values of a coded column, or of one that is answered with yes or no; undefined for other columns. The first
 * spelling that a schema gives a code is the one to use.
 */
export function listedValues(field: DatasetField): readonly ListedValue[] | undefined {
  const kind = valueKindOf(field);
  const isYesOrNo = kind === 'boolean' || kind === 'consent';
  const codes = isYesOrNo ? ['true', 'false'] : codedValues(field);
  if (codes === undefined || !(isYesOrNo || kind === 'code' || kind === 'gender')) return undefined;
  const spellings = Object.entries(field['x-kinledger'].valueMap ?? {});
  return codes.map((code) => {
    const own = spellings.flatMap(([text, its]) => (its === code ? [text] : []));
    const text = own[0] ?? (isYesOrNo ? yesOrNo[code] : undefined) ?? code;
    return {
      ...{ text, code },
      others: [...own, ...(isYesOrNo ? [] : [code])].filter(
        (other, index, all) => valueKey(other) !== valueKey(text) && all.indexOf(other) === index,
      ),
    };
  });
}
