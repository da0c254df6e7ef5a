import {
  askFigure,
  askShown,
  columnNames,
  countMembers,
  countOfNobody,
  covered,
  coverageOfAll,
  coverageOfService,
  csvHeadOf,
  filesOf,
  programmeName,
  publishedRulesOf,
  servicesOf,
  SUPPRESSED,
  type Coverage,
  type DisclosureClass,
  type Figure,
  type FigureQuestion,
  type ServiceOfProgramme,
} from '@kinledger/figures';
import { parsePeriod, periodOfDate, type Period } from '@kinledger/domain';
import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import type { Snapshot } from '../read-models/read-models.js';
import { filesReceived } from './files-received.js';
import type { LearningYear } from './learning-year.js';
import { behindSince, coverage, disclosure, suppressed } from './reach-answer.js';
import { publishedRule, rulesTogether, type Seen } from './seen.js';

/** A row of any figure. */
interface WideRow extends Readonly<Record<string, string | number | null>> {
  readonly start: string | null;
  readonly scope: string;
}

/** A row of the response: period start, scope, coverage, suppressed counts, dimensions and counts. */
export interface AnsweredRow {
  readonly coverage: Coverage;
  readonly suppressed: readonly string[];
  readonly [name: string]: string | number | null | readonly string[];
}

export interface FigureAnswerRows {
  readonly programme: string;
  readonly position: number;
  readonly disclosure: string;
  readonly rows: readonly AnsweredRow[];
}

/** The response schema of a figure, made from its columns. */
export const figureAnswer = (figure: Figure) =>
  z.object({
    figure: z.literal(figure.id),
    version: z.literal(figure.version),
    programme: z.string(),
    period: z.string().describe('Canonical code, or "lifetime".'),
    label: z.string(),
    position: z.int().describe('Ledger position that the figures stand at.'),
    disclosure,
    behindSince,
    rows: z.array(
      z.object({
        start: z.iso.date().nullable().describe('First day of the quarter; null for the whole period.'),
        scope: z.string().describe('programme, strand:<strand> or service:<service>'),
        coverage,
        suppressed,
        ...Object.fromEntries(
          Object.entries(figure.dimensions).map(([name, { type, meaning }]) => [
            name,
            (type === 'int' ? z.int() : z.string()).nullable().describe(meaning),
          ]),
        ),
        ...countMembers(figure.columns, columnNames(figure.columns)),
        ...Object.fromEntries(
          Object.entries(figure.derived).map(([name, { unit, meaning }]) => [
            name,
            (unit === 'rating' ? z.string() : z.number()).nullable().describe(meaning),
          ]),
        ),
      }),
    ),
  });

/**
 * Rows of a figure, each with its coverage. A figure without dimensions has a row for every scope, even one without
 * counts: 0 if a file of attendance covers the period, else null.
 */
export async function figureRows(
  snapshot: Snapshot,
  figure: Figure,
  question: Pick<FigureQuestion, 'by' | 'scope'> & {
    readonly period: LearningYear | undefined;
    readonly seen: Seen;
  },
): Promise<FigureAnswerRows> {
  const { client, asAt, position } = snapshot;
  const { period, by, scope, seen } = question;
  const bounds = { from: period?.start ?? null, until: period?.end ?? null };
  const ask = seen === 'exact' ? askFigure : askShown;
  const published = seen === 'exact' ? undefined : await publishedRulesOf(client, figure, snapshot);
  const rule = published === undefined || by === 'quarter' ? undefined : publishedRule(published, period);
  const counted: readonly WideRow[] = await ask(client, figure, { ...bounds, by, scope, asAt });
  const ofNobody = countOfNobody(rule ?? '');
  const services = await servicesOf(client, snapshot);
  const files = await filesReceived(snapshot);
  const whole = Object.keys(figure.dimensions).length === 0 && by === 'period';
  const empty = (whole ? scopesOf(services, scope) : []).filter(
    (name) => !counted.some((row) => row.scope === name),
  );
  const rows: WideRow[] = [
    ...counted,
    ...empty.map((name) => ({
      ...{ start: null, scope: name },
      ...Object.fromEntries(
        columnNames(figure.columns).map((column) => [
          column,
          figure.columns[column]?.kind === 'measured' ? null : ofNobody,
        ]),
      ),
    })),
  ].toSorted(byScopeAndStart(scopesOf(services, null)));
  return {
    programme: await programmeName(client, snapshot),
    position,
    disclosure:
      published === undefined
        ? 'none'
        : (rule ?? rulesTogether(rows.flatMap(({ start }) => published.get(start ?? '') ?? []))),
    rows: rows.map((row): AnsweredRow => {
      const { start, scope: of, ...rest } = row;
      const own = filesOf(files, targetPeriodOf(row) ?? (start === null ? period : periodOfDate(start)));
      const behind = coverageOfAll(
        services
          .filter((service) => isPartOf(service, of, figure))
          .map((service) => coverageOfService(service, own, figure.readFrom)),
      );
      const names = Object.keys(figure.dimensions);
      const dimensions = Object.fromEntries(names.map((name) => [name, rest[name] ?? null]));
      const counts = Object.fromEntries(
        columnNames(figure.columns).map((name) => [name, rest[name] == null ? null : Number(rest[name])]),
      );
      // What is open is of nobody, and known without files; what is measured is suppressed with the counts that it is of.
      const isOf = (name: string, ...classes: readonly DisclosureClass[]): boolean =>
        classes.some((one) => one === figure.columns[name]?.disclosure);
      const ofPeople = Object.entries(counts).filter(([name]) => isOf(name, 'protected', 'computed again'));
      const {
        coverage: known,
        suppressed: hidden,
        ...people
      } = covered(Object.fromEntries(ofPeople), behind);
      const notMeasured = Object.entries(counts).flatMap(([name, value]) =>
        value === null &&
        isOf(name, 'mean') &&
        figure.columns[name]?.meanOf?.some((of) => hidden.includes(of))
          ? [name]
          : [],
      );
      const shown = { ...counts, ...people };
      const derived = Object.entries(figure.derived).map(([name, { of }]) => [name, of(shown)] as const);
      const notDerived = hidden.length === 0 ? [] : derived.filter(([, value]) => value === null);
      return {
        ...{ start, scope: of, coverage: known },
        suppressed: [...hidden, ...notMeasured, ...notDerived.map(([name]) => name)],
        ...{ ...dimensions, ...shown, ...Object.fromEntries(derived) },
      };
    }),
  };
}

/** The period of a row’s target; undefined for a row of anything else. */
export const targetPeriodOf = ({ targetPeriod }: Readonly<Record<string, unknown>>): Period | undefined =>
  typeof targetPeriod === 'string' ? parsePeriod(targetPeriod) : undefined;

/** The same rows as CSV, for Excel and Power BI. */
export function figureCsv(figure: Figure, answer: FigureAnswerRows & { readonly period: string }): string {
  const dimensions = Object.keys(figure.dimensions);
  const columns = [...columnNames(figure.columns), ...Object.keys(figure.derived)];
  return stringify(
    answer.rows.map((row) => [
      ...[answer.period, row['start'], row['scope']],
      ...dimensions.map((name) => row[name]),
      ...columns.map((name) => (row.suppressed.includes(name) ? SUPPRESSED : row[name])),
      ...[answer.position, row.coverage, answer.disclosure],
    ]),
    {
      header: true,
      columns: [
        ...['period', 'quarter_start', 'scope', ...dimensions],
        ...Object.entries({ ...figure.columns, ...figure.derived }).map(([name, column]) =>
          csvHeadOf(name, column),
        ),
        ...['ledger_position', 'coverage', 'disclosure'],
      ],
      escape_formulas: true,
    },
  );
}

/** Every scope of the programme, or only the requested one. */
const scopesOf = (services: readonly ServiceOfProgramme[], asked: string | null): readonly string[] => {
  const strands = new Set(services.flatMap(({ strand }) => (strand === null ? [] : [`strand:${strand}`])));
  const all = ['programme', ...strands, ...services.map(({ service }) => `service:${service}`)];
  return asked === null ? all : all.filter((scope) => scope === asked);
};

const byScopeAndStart =
  (order: readonly string[]) =>
  (one: { scope: string; start: string | null }, other: { scope: string; start: string | null }): number =>
    order.indexOf(one.scope) - order.indexOf(other.scope) ||
    (one.start ?? '').localeCompare(other.start ?? '');

/** An administrative source lists people whom no service reached, so it counts towards its own coverage, and towards that of figures of them. */
const isPartOf = (
  { service, strand }: ServiceOfProgramme,
  scope: string,
  { ofAdministrativeSources }: Figure,
): boolean =>
  scope === 'programme'
    ? strand !== null || ofAdministrativeSources
    : scope === `service:${service}` || scope === `strand:${strand}`;
