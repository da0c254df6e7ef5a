import { causeNames, causes, type Cell } from '@kinledger/figures';
import { waterfallCharts } from '@kinledger/page-kit';
import type { RestatedCell } from '../recounts/compare-quarter.js';
import { causeMeanings, countName, figureName } from './count-names.js';

export interface RestatementQuestion {
  readonly scope: string;
  /** Key of the count that is drawn. */
  readonly count: string | undefined;
  readonly scopes: ReadonlyMap<string, string>;
  readonly basis: 'published' | 'recounted';
}

/** What the page of a restatement shows: a sentence, a drawing of one count, and a table of every count that changed. */
export async function restatementView(counts: readonly RestatedCell[], question: RestatementQuestion) {
  const { scope, scopes, basis } = question;
  const scopeNames = [...new Set(['programme', ...counts.map((count) => count.scope)])];
  const shown = counts
    .filter((count) => count.scope === scope)
    .map((count) => ({ ...count, changes: withoutZeros(count.changes) }))
    .filter(({ changes }) => Object.keys(changes).length > 0);
  const used = causes.filter((cause) => shown.some(({ changes }) => cause in changes));
  const drawn = shown.find((count) => keyOf(count) === question.count) ?? firstOf(shown);
  const before = basis === 'published' ? 'As closed' : 'Then';
  return {
    scopeName: scopes.get(scope) ?? scope,
    scopes: scopeNames.map((value) => ({
      value,
      text: scopes.get(value) ?? value,
      selected: value === scope,
    })),
    counts: shown.map((count) => ({
      ...{ value: keyOf(count), text: `${figureName(count.figure)}: ${countName(count)}` },
      selected: count === drawn,
    })),
    causes: used.map((cause) => ({ name: causeNames[cause], meaning: causeMeanings[cause] })),
    before,
    figures: [...Map.groupBy(shown, ({ figure }) => figure)].map(([figure, members]) => ({
      name: figureName(figure),
      rows: members.map((count) => ({
        name: countName(count),
        then: number(count.then),
        now: number(count.now),
        changes: used.map((cause) => {
          const change = count.changes[cause];
          return change === undefined ? '' : signed(change);
        }),
      })),
    })),
    ...(drawn === undefined
      ? {}
      : {
          drawn: nameIn(drawn, scopes),
          finding: findingOf(drawn, { scopes, basis }),
          chart: await chartOf(drawn, before),
        }),
  };
}

/** Children in the whole programme are asked about first. */
const firstOf = (counts: readonly RestatedCell[]): RestatedCell | undefined =>
  counts.find(({ figure, column }) => figure === 'reach' && column === 'children') ?? counts[0];

/** Changes there and back, which are none in the end, are left to the table of all counts. */
const withoutZeros = (changes: RestatedCell['changes']): RestatedCell['changes'] =>
  Object.fromEntries(Object.entries(changes).filter(([, change]) => change !== 0));

/** Such as “Children, whole programme”. */
const nameIn = (count: Cell, scopes: ReadonlyMap<string, string>): string =>
  `${countName(count)}, ${count.scope === 'programme' ? 'whole programme' : (scopes.get(count.scope) ?? count.scope)}`;

const keyOf = ({ figure, column, dimensions }: Cell): string => [figure, column, ...dimensions].join('|');

/** The finding about one count in one sentence, such as “Children, whole programme: 433 as closed, 306 now. …” */
export function findingOf(
  count: RestatedCell,
  { scopes, basis }: Pick<RestatementQuestion, 'scopes' | 'basis'>,
): string {
  const { then, now, changes } = count;
  const name = nameIn(count, scopes);
  const was = basis === 'published' ? 'as closed' : 'then';
  const parts = causes.flatMap((cause) => {
    const change = changes[cause];
    if (change === undefined || change === 0) return [];
    return [`${causeNames[cause].toLowerCase()} ${signed(change)}`];
  });
  const because = parts.length === 0 ? 'nothing changed' : parts.join(', ');
  return `${name}: ${number(then)} ${was}, ${number(now)} now: ${because}.`;
}

/** A drawing. The library is loaded for the first one: it takes tens of megabytes. */
async function chartOf(
  { then, now, changes, ...cell }: RestatedCell,
  before: string,
): Promise<{ readonly svg: string; readonly startsAt: number }> {
  const { svg, startsAt } = await waterfallCharts({
    title: `What changed the count ${countName(cell)}`,
    description: 'The table that follows holds the same numbers.',
    before: { name: before, value: then },
    changes: causes.flatMap((cause) => {
      const change = changes[cause];
      return change === undefined ? [] : [{ name: causeNames[cause], change }];
    }),
    after: { name: 'Now', value: now },
  });
  return { svg, startsAt };
}

const signed = (value: number): string => (value > 0 ? `+${number(value)}` : number(value));
const number = (value: number): string => value.toLocaleString('en-GB').replace('-', '−');
