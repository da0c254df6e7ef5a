import type { DatasetField, DatasetSchema } from '@kinledger/programme/definition';
import type { FooterSigns } from '../reading/footer.js';
import { matchHeader, type ChosenTitles } from './header-mapping.js';

/**
 * What tells the footer of a dataset's files: a row of data fills a column of a key, one that identifies somebody, or one
 * that no row may lack.
 * @param chosenFor the titles that a person chose for a file with this header.
 */
export function footerSignsOf(
  schema: DatasetSchema,
  chosenFor: (header: readonly string[]) => ChosenTitles | undefined = () => undefined,
): FooterSigns {
  const inKey = new Set([...(schema.primaryKey ?? []), ...schema['x-kinledger'].naturalKey]);
  return {
    keyColumnsOf(header) {
      const { columnOf } = matchHeader(schema, header, chosenFor(header));
      return schema.fields.flatMap((field, index) => {
        const column = columnOf[index] ?? -1;
        return column >= 0 && (inKey.has(field.name) || saysWhose(field)) ? [column] : [];
      });
    },
    words: schema['x-kinledger'].footers ?? [],
  };
}

const saysWhose = ({ constraints, 'x-kinledger': { identifiers, missing } }: DatasetField): boolean =>
  identifiers.length > 0 || missing === 'error' || constraints.required === true;
