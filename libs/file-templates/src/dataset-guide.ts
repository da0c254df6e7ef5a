import type { Dataset } from '@kinledger/programme';
import type { DatasetSchema } from '@kinledger/programme/definition';
import { contentOf, digestedOf, exampleOf, fateOf, needOf } from './describe-field.js';
import { listedValues, type ListedValue } from './listed-values.js';

/** What a person has to know to fill in a file of a dataset, made from its schema. */
export interface DatasetGuide {
  readonly dataset: string;
  /** Service and content, such as "Baby Steps: people". */
  readonly name: string;
  readonly schemaHash: string;
  /** What a file of the dataset holds, in sentences. */
  readonly about: readonly string[];
  readonly fields: readonly FieldGuide[];
  /** What is checked beyond each column. */
  readonly checks: readonly string[];
  /** For a source that makes its digests itself; undefined for other datasets. */
  readonly leaves: ReadonlyArray<LeavingSection> | undefined;
}

export interface FieldGuide {
  readonly name: string;
  readonly title: string;
  readonly description: string | undefined;
  readonly otherTitles: readonly string[];
  readonly content: string;
  readonly need: string;
  readonly example: string;
  /** Undefined for a column without a list. */
  readonly values: readonly ListedValue[] | undefined;
  /** What becomes of it when the row leaves the restricted zone. */
  readonly fate: string;
}

/** The columns of a file that leave their source in one form, or what never leaves it. */
export interface LeavingSection {
  readonly title: string;
  readonly lines: readonly { readonly what: string; readonly how: string }[];
}

const contents: Readonly<Record<Dataset['dataType'], string>> = {
  user: 'people',
  engagement: 'attendance',
  outcome: 'outcomes',
  feedback: 'feedback',
  input: 'activity and resources',
};

export function guideTo(dataset: Dataset): DatasetGuide {
  const { schema } = dataset;
  return {
    dataset: dataset.id,
    name: `${dataset.serviceDefinition.name}: ${contents[dataset.dataType]}`,
    schemaHash: dataset.schemaHash,
    about: aboutOf(dataset),
    fields: schema.fields.map((field) => ({
      name: field.name,
      title: field.title,
      description: field.description,
      otherTitles: field['x-kinledger'].aliases,
      content: contentOf(field),
      need: needOf(field),
      example: exampleOf(field, schema),
      values: listedValues(field),
      fate: fateOf(field, schema),
    })),
    checks: checksOf(schema),
    leaves: dataset.pseudonymisedAtSource ? leavingOf(schema) : undefined,
  };
}

function aboutOf({ extractKind, schema, pseudonymisedAtSource }: Dataset): readonly string[] {
  const titles = (names: readonly string[]): string =>
    names
      .map((name) => `"${schema.fields.find((field) => field.name === name)?.title ?? name}"`)
      .join(' and ');
  const { primaryKey } = schema;
  return [
    {
      delta: 'A file holds what is new or changed in its period.',
      cumulative: 'A file holds all rows so far. A row that is left out is retired.',
      snapshot: 'A file holds all rows as they are now. A row that is left out is retired.',
    }[extractKind],
    ...(primaryKey === undefined
      ? []
      : [`A later row with the same ${titles(primaryKey)} takes the place of the earlier one.`]),
    ...(pseudonymisedAtSource
      ? [
          'Identifiers are digested before the file leaves you. Clear text in a digest column is a data incident.',
        ]
      : []),
  ];
}

function checksOf(schema: DatasetSchema): readonly string[] {
  const { rows = [], groups = [], file = [] } = schema['x-kinledger'].rules ?? {};
  return [...rows, ...groups, ...file].map(({ message, suggestion }) =>
    [message, suggestion].filter((text) => text !== '').join(' '),
  );
}

/** What leaves a source that pseudonymises, column by column, and what never does. */
function leavingOf(schema: DatasetSchema): readonly LeavingSection[] {
  const isDigest = (field: DatasetSchema['fields'][number]) => field['x-kinledger'].format === 'digest';
  const digests = schema.fields.filter(isDigest);
  const derived = schema.fields.filter(({ 'x-kinledger': { format } }) => format === 'derived-digests');
  const others = schema.fields.filter((field) => !isDigest(field) && !derived.includes(field));
  const coded = others.filter((field) => listedValues(field) !== undefined);
  const written = others.filter((field) => !coded.includes(field));
  const clear = [...new Set(digests.map(digestedOf))];
  const sections = [
    {
      title: 'Leaves as a digest',
      lines: [
        ...digests.map((field) => ({ what: field.title, how: `Digest of ${digestedOf(field)}.` })),
        ...derived.map(({ title }) => ({
          what: title,
          how: 'Digests of parts of identifiers, by profile op-kin-1.',
        })),
      ],
    },
    {
      title: 'Leaves as a coded value',
      lines: coded.map((field) => ({
        what: field.title,
        how: `One of: ${(listedValues(field) ?? []).map(({ text }) => text).join(', ')}.`,
      })),
    },
    {
      title: 'Leaves as it is written',
      lines: written.map((field) => ({ what: field.title, how: contentOf(field) })),
    },
    {
      title: 'Never leaves',
      lines: [
        ...clear.map((what) => ({
          what: what.charAt(0).toUpperCase() + what.slice(1),
          how: 'In clear text.',
        })),
        {
          what: 'Anything else',
          how: 'A column that is not on this sheet is not read, and must not be in the file.',
        },
        {
          what: 'The salt, and the run log of the program that makes the digests',
          how: 'A file that holds the salt is refused, and the salt counts as leaked.',
        },
      ],
    },
  ];
  return sections.filter(({ lines }) => lines.length > 0);
}
