import type { FigureTable, ProgrammeId, QuarterFigures } from '@kinledger/contracts';
import type { Period } from '@kinledger/domain';
import pg from 'pg';
import { columnNames } from '../count-columns.js';
import { receivedFiles } from '../directories/directories.js';
import type { Figure } from '../figure.js';
import { nameOf } from '../publication.js';
import { figures } from '../registry.js';
import { foundIn } from './definition-missing.js';
import {
  disclosureProfiles,
  shownColumns,
  type DisclosureProfile,
} from '../disclosure/disclosure-profiles.js';
import { rowsFor } from '../disclosure/shown-figure.js';
import type { ServiceOfStrand } from '../disclosure/quarter-release.js';
import type { EarlierRelease } from '../disclosure/releases-together.js';
import type { RemedyContext } from '../disclosure/remedied.js';

export interface QuarterQuestion {
  readonly programme: ProgrammeId;
  readonly period: Period;
  /** Ledger position of the read models. */
  readonly position: number;
  /** Figures with their versions, such as `reach@1`. */
  readonly figures: readonly string[];
  readonly disclosure: string;
  /** Makes the published form safe where the profile has it so; without it, each count is looked at alone. */
  readonly remedy?: RemedyOf | undefined;
  /** What left before, for the remedy. */
  readonly earlier?: readonly EarlierRelease[];
}

/** Gives a published form, in which each count was looked at alone, its remedy. */
export type RemedyOf = (
  published: QuarterFigures,
  services: readonly ServiceOfStrand[],
  context: RemedyContext,
) => QuarterFigures | Promise<QuarterFigures>;

/** The figures of a quarter, in both forms. */
export interface ComputedQuarter {
  readonly full: QuarterFigures;
  readonly published: QuarterFigures;
}

/**
 * Computes the figures of a quarter from the read models on the client's search path, in the transaction that it is in;
 * disclosure control is part of the query.
 * @throws DefinitionMissing
 */
export async function computeQuarter(
  client: Pick<pg.ClientBase, 'query'>,
  question: QuarterQuestion,
): Promise<ComputedQuarter> {
  const profile = foundIn(disclosureProfiles, question.disclosure);
  const tables: { readonly full: FigureTable; readonly published: FigureTable }[] = [];
  for (const name of question.figures) {
    tables.push(await computeFigure(client, foundIn(figures, name), profile, question.period));
  }
  const { rows: files } = await client.query<QuarterFigures['files'][number]>(
    `SELECT * FROM (${receivedFiles.sql}) AS file ("service", "dataType", "extractKind", "period")`,
  );
  const { programme, period, position } = question;
  const shared = { programme, period: period.code, position, files };
  const full: QuarterFigures = { ...shared, disclosure: 'none', figures: tables.map((table) => table.full) };
  const published: QuarterFigures = {
    ...{ ...shared, disclosure: nameOf(profile) },
    figures: tables.map((table) => table.published),
  };
  if (!profile.remedied || question.remedy === undefined) return { full, published };
  const { rows: services } = await client.query<ServiceOfStrand>(
    'SELECT service, strand, provider FROM service ORDER BY service COLLATE "C"',
  );
  return {
    full,
    published: await question.remedy(published, services, { full, earlier: question.earlier ?? [] }),
  };
}

type Value = FigureTable['rows'][number][number];

async function computeFigure(
  client: Pick<pg.ClientBase, 'query'>,
  figure: Figure,
  profile: DisclosureProfile,
  { start, end }: Period,
) {
  const quoted = (name: string) => `answered.${pg.escapeIdentifier(name)}`;
  const keys = ['scope', ...Object.keys(figure.dimensions)];
  const counts = columnNames(figure.columns);
  const names = [...keys, ...counts];
  const order = keys.map((name) => `${quoted(name)}${isText(figure, name) ? ' COLLATE "C"' : ''} NULLS LAST`);
  const { rows } = await client.query<Value[]>({
    text: `SELECT ${[...names.map(quoted), ...shownColumns(profile, figure.columns, quoted)].join(', ')}
           FROM (${rowsFor(figure, profile)}) AS answered (${['start', ...names].map((name) => pg.escapeIdentifier(name)).join(', ')})
           ORDER BY ${order.join(', ')}`,
    values: [start, end, 'period', null],
    rowMode: 'array',
  });
  const table = (pick: (row: readonly Value[]) => Value[]): FigureTable => ({
    figure: nameOf(figure),
    columns: names,
    rows: rows.map(pick),
  });
  return {
    full: table((row) => row.slice(0, names.length)),
    published: table((row) => [...row.slice(0, keys.length), ...row.slice(names.length)]),
  };
}

const isText = ({ dimensions }: Figure, name: string): boolean => {
  const dimension = dimensions[name];
  return dimension === undefined || dimension.type === 'text';
};

/**
 * What a profile shows of counts, and of their differences, of which it looks at the size: each by itself.
 * @throws DefinitionMissing
 */
export async function shownChanges(
  client: Pick<pg.ClientBase, 'query'>,
  numbers: readonly number[],
  disclosure: string,
): Promise<readonly (number | null)[]> {
  const { shown } = foundIn(disclosureProfiles, disclosure);
  const { rows } = await client.query<{ shown: number | null }>(
    `SELECT sign(number)::int * (${shown('abs(number)')}) AS shown
     FROM unnest($1::int[]) WITH ORDINALITY AS given (number, place) ORDER BY place`,
    [numbers],
  );
  return rows.map((row) => row.shown);
}
