import { definition } from './cleared/definition.js';
import { publishedCount, publishedQuarter } from './cleared/published.js';
import { date, period } from './dimensions/calendar.js';
import { ethnicity } from './dimensions/ethnicity.js';
import { measure } from './dimensions/measures.js';
import { area, family, familyIndividual, individual, individualAttribute } from './dimensions/people.js';
import { standing } from './dimensions/standing.js';
import { service } from './dimensions/services.js';
import { population, submissionFinding, submissionQuality, target } from './facts/programme-facts.js';
import { engagement, feedback, input, outcome, registration, servicePair } from './facts/record-facts.js';
import { columnsOf, type GoldenTable, type NamedColumn } from './golden-table.js';

/** The version of the golden dataset, which its schema is named after. */
export const GOLDEN_VERSION = 1;

/** All tables, those that are cleared for everybody first. */
export const goldenTables: readonly GoldenTable[] = [
  ...[standing, publishedCount, publishedQuarter, definition, date, period, service, ethnicity],
  ...[registration, engagement, outcome, feedback, input, servicePair],
  ...[submissionQuality, submissionFinding, population, target],
  ...[individual, individualAttribute, family, familyIndividual, area, measure],
];

/** A view of the dates for one role, so that a fact with two dates can be joined to each. */
export interface DateRole {
  readonly name: string;
  readonly readers: GoldenTable['readers'];
  /** Columns of the role with those of the date that they show. */
  readonly columns: readonly (NamedColumn & { readonly shows: string })[];
}

/** The dates in each role that a fact names, their columns named after it. Everybody reads a role of a table for everybody. */
export const dateRoles: readonly DateRole[] = [
  ...new Set(
    goldenTables.flatMap((table) => columnsOf(table).flatMap(({ refersTo }) => refersTo?.role ?? [])),
  ),
].map((name) => ({
  name,
  readers: goldenTables.some(
    (table) =>
      table.readers === 'everybody' && columnsOf(table).some(({ refersTo }) => refersTo?.role === name),
  )
    ? 'everybody'
    : 'data team',
  columns: columnsOf(date).map((column) => ({
    ...column,
    shows: column.name,
    name: column.name.startsWith('date') ? column.name.replace('date', name) : `${name}_${column.name}`,
  })),
}));
