import type { Assessed, SubgroupQuality } from '@kinledger/linkage-quality';
import type { PersonRecord } from './person-records.js';

/** What quality is broken down by: what each row says of its person, and who sent it. */
export const dimensions = ['ethnicity', 'deprivation', 'area', 'provider', 'nhsNumber', 'role'] as const;
export type Dimension = (typeof dimensions)[number];

export const dimensionTitles: Readonly<Record<Dimension, string>> = {
  ethnicity: 'Ethnicity',
  deprivation: 'Deprivation decile (1 is the most deprived)',
  area: 'Area (LSOA)',
  provider: 'Provider',
  nhsNumber: 'NHS number on the row',
  role: 'Role',
};

function subgroupOf(record: PersonRecord, dimension: Dimension): string | undefined {
  switch (dimension) {
    case 'ethnicity':
      return record.ethnicity;
    case 'deprivation':
      return record.decile?.padStart(2, '0');
    case 'area':
      return record.area;
    case 'provider':
      return record.provider;
    case 'nhsNumber':
      return record.hasNhsNumber ? 'present' : 'absent';
    case 'role':
      return record.role;
    default:
      return dimension satisfies never;
  }
}

export type BySubgroup = Readonly<Record<Dimension, readonly SubgroupQuality[]>>;

/** Quality by every dimension. */
export const bySubgroup = <One extends PersonRecord & { readonly person: string }>({
  by,
}: Assessed<One>): BySubgroup =>
  Object.fromEntries(
    dimensions.map((dimension) => [dimension, by((record) => subgroupOf(record, dimension))]),
  ) as Record<Dimension, readonly SubgroupQuality[]>;
