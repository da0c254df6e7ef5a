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

/** A code that says nothing to a person, such as `F` or `2`, is shown by its first spelling. */
const SHORT = 3;

/** The values of a coded column, or of one that is answered with yes or no; undefined for other columns. */
export function listedValues(field: DatasetField): readonly ListedValue[] | undefined {
  const kind = valueKindOf(field);
  const isYesOrNo = kind === 'boolean' || kind === 'consent';
  const codes = isYesOrNo ? ['true', 'false'] : codedValues(field);
  if (codes === undefined || !(isYesOrNo || kind === 'code' || kind === 'gender')) return undefined;
  const spellings = Object.entries(field['x-kinledger'].valueMap ?? {});
  return codes.map((code) => {
    const own = spellings.flatMap(([text, its]) => (its === code ? [text] : []));
    const first = isYesOrNo ? (own[0] ?? (code === 'true' ? 'Yes' : 'No')) : own[0];
    const text = first !== undefined && (isYesOrNo || code.length < SHORT) ? first : code;
    return {
      ...{ text, code },
      others: [...own, ...(isYesOrNo ? [] : [code])].filter(
        (other, index, all) => valueKey(other) !== valueKey(text) && all.indexOf(other) === index,
      ),
    };
  });
}
