import type { CountColumns } from '../count-columns.js';
import { defineFigure } from '../figure.js';
import { inScopes, startOfAnswer } from '../reach/qualifying.js';
import { asAsked, liveRowsOfServices, startOf } from './rows-of-kind.js';

export const inputsColumns = {
  entries: { unit: 'entries', disclosure: 'open', meaning: 'Rows of the item.' },
  people: {
    ...{ unit: 'people', disclosure: 'protected', mayChangeBy: 'rows' },
    meaning:
      'What the rows count in people, families or homes, added up: somebody may be in several rows. 0 where the unit is another.',
  },
  amount: {
    ...{ unit: 'amount', kind: 'measured', disclosure: 'open' },
    meaning:
      'What the rows state in their unit, added up; nothing where they count people. What stands at a day, such as posts, is to be read by quarter.',
  },
} as const satisfies CountColumns;

/** Units in which a row counts people, who must not be recognised by it. */
const ofPeople = `unit IN ('people', 'families', 'homes')`;

/** Resources, spend and the activity of services, as they state them: rows about nobody. */
export const inputs = defineFigure({
  id: 'inputs',
  version: 1,
  title: 'Inputs and spend',
  readFrom: 'input',
  columns: inputsColumns,
  dimensions: {
    category: { type: 'text', meaning: 'financial, human, material or activity.' },
    item: { type: 'text', meaning: 'The item.' },
    unit: { type: 'text', meaning: 'The unit that its rows name.' },
  },
  sql: `
  WITH stated AS MATERIALIZED (
    SELECT ${startOf('r.as_of')} AS start, s.strand, s.service, i.category, i.item, i.unit, i.quantity::numeric AS quantity
           ${liveRowsOfServices}
    JOIN numbered_input i ON i.record = r.number
    WHERE ${asAsked}
  )
  SELECT ${startOfAnswer}, scope, category, item, unit, count(*)::int,
         coalesce(round(sum(quantity) FILTER (WHERE ${ofPeople})), 0)::int,
         round(sum(quantity) FILTER (WHERE NOT ${ofPeople}), 2)::float8
  FROM ${inScopes('stated')}
  GROUP BY start, scope, category, item, unit
  ORDER BY start, scope COLLATE "C", category COLLATE "C", item COLLATE "C", unit COLLATE "C"`,
});
