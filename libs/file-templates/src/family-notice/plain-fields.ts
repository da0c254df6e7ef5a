import type { Dataset } from '@kinledger/programme';
import {
  isDerivedKind,
  valueKindOf,
  type ColumnIdentifier,
  type DatasetField,
  type DatasetSchema,
} from '@kinledger/programme/definition';

/** A line about what a service writes down, in plain words. */
export interface PlainField {
  readonly name: string;
  readonly fate: string;
}

/** What a column holds and what becomes of it, in words for a family. The scores of an assessment are one line. */
export function plainFields({ schema, pseudonymisedAtSource }: Dataset): readonly PlainField[] {
  const isScore = (field: DatasetField): boolean => field['x-kinledger'].target?.to === 'measure';
  const scores = schema.fields.filter(isScore);
  const fields = schema.fields
    .filter((field) => !isScore(field))
    .map((field) => ({ name: plainName(field), fate: plainFate(field, schema, pseudonymisedAtSource) }));
  const [first] = scores;
  if (first === undefined) return fields;
  const name = scores.length === 1 ? plainName(first) : `${scores.length} scores of a check or a test`;
  return [...fields, { name, fate: 'Kept as a number.' }];
}

/** The kinds of identifier of which codes are made, each once, in words that follow “your”. */
export function codedKinds(datasets: readonly Dataset[]): readonly string[] {
  const identifiers = datasets.flatMap(({ schema }) =>
    schema.fields.flatMap((field) => field['x-kinledger'].identifiers),
  );
  const hasChildKey = datasets.some(({ schema }) => schema['x-kinledger'].childKey !== undefined);
  const hasParts = datasets.some(
    ({ schema, derived = [] }) =>
      derived.length > 0 || schema.fields.some((field) => isDerivedKind(valueKindOf(field))),
  );
  return [
    ...new Set([
      ...identifiers.map(({ kind }) => codedNames[kind]),
      ...(hasChildKey ? [codedNames['child-key']] : []),
      ...(hasParts ? ['parts of names, birth dates and the like, to get round slips of the pen'] : []),
    ]),
  ];
}

const codedNames: Readonly<Record<ColumnIdentifier['kind'], string>> = {
  'nhs-number': 'NHS number',
  'child-key':
    'child’s birth date, gender and first letters of the first name, with the email address of the adult in charge',
  email: 'email address',
  mobile: 'mobile number',
  'birth-date': 'birth date',
  gender: 'gender',
  'case-number': 'number at the service',
};

function plainFate(field: DatasetField, schema: DatasetSchema, isAtSource: boolean): string {
  const { identifiers, target, consent } = field['x-kinledger'];
  const { childKey = {} } = schema['x-kinledger'];
  const isCoded =
    identifiers.length > 0 ||
    Object.values(childKey).includes(field.name) ||
    isDerivedKind(valueKindOf(field));
  const fates = [
    ...(isCoded ? [isAtSource ? 'Made into a code before it is sent.' : 'Made into a code.'] : []),
    ...(target === undefined ? [] : [fateOfTarget(target)]),
  ];
  if (fates.length > 0) return fates.join(' ');
  return consent ? 'Checked, to see that you agreed.' : 'Checked, and kept with the file alone.';
}

function fateOfTarget({ to }: NonNullable<DatasetField['x-kinledger']['target']>): string {
  switch (to) {
    case 'attribute':
      return 'Kept.';
    case 'birth-month':
      return 'Kept as a month. The day is not kept.';
    case 'lsoa':
      return 'Kept as a small area of some 1,500 people. The address is not kept.';
    case 'fact':
      return 'Kept.';
    case 'measure':
      return 'Kept as a number.';
    case 'role':
      return 'Kept: child, adult or staff.';
  }
}

const spelled: Readonly<Record<string, string>> = { nhs: 'NHS', lsoa: 'Small area', upn: 'Pupil number' };

/** The title, or words of the field’s name where the title is a code such as COM_E01 or BirthMonth. */
function plainName({ title, name }: DatasetField): string {
  const isCode = /^[A-Za-z0-9_]*[A-Z][A-Za-z0-9_]*[A-Z][A-Za-z0-9_]*$/.test(title);
  if (!isCode) return title;
  const words = name.split('_').map((word) => spelled[word] ?? word);
  return words.join(' ').replace(/^./u, (first) => first.toUpperCase());
}
