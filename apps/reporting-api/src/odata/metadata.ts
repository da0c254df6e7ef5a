import { columnsOf, GOLDEN_SCHEMA, type GoldenTable, type GoldenType } from '@kinledger/golden';

const edmTypes: Readonly<Record<GoldenType, string>> = {
  bigint: 'Edm.Int64',
  boolean: 'Edm.Boolean',
  date: 'Edm.Date',
  'double precision': 'Edm.Double',
  int: 'Edm.Int32',
  text: 'Edm.String',
  timestamptz: 'Edm.DateTimeOffset',
};

const namespace = `Kinledger.${GOLDEN_SCHEMA}`;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const described = (text: string): string =>
  `<Annotation Term="Org.OData.Core.V1.Description" String="${escaped(text)}"/>`;

/** A property may have the name of its set, and must not have that of its type. */
const typeOf = ({ name }: Pick<GoldenTable, 'name'>): string => `${name}_row`;

function entityType(table: GoldenTable): string {
  const properties = columnsOf(table).map(
    ({ name, type, nullable, meaning }) =>
      `<Property Name="${name}" Type="${edmTypes[type]}" Nullable="${nullable === true}"${
        type === 'timestamptz' ? ' Precision="3"' : ''
      }>${described(meaning)}</Property>`,
  );
  const keys = table.key.map((name) => `<PropertyRef Name="${name}"/>`);
  return `<EntityType Name="${typeOf(table)}"><Key>${keys.join('')}</Key>${properties.join('')}${described(
    `${table.meaning} One row: ${table.grain}.`,
  )}</EntityType>`;
}

/** The $metadata document of these sets. */
export const metadataOf = (tables: readonly GoldenTable[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices><Schema Namespace="${namespace}" xmlns="http://docs.oasis-open.org/odata/ns/edm">${tables
    .map(entityType)
    .join('')}<EntityContainer Name="Container">${tables
    .map(({ name }) => `<EntitySet Name="${name}" EntityType="${namespace}.${typeOf({ name })}"/>`)
    .join('')}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>
`;
