import {
  coverageName,
  doubtfulRows,
  placesTableColumns,
  reachTableColumns,
  type ServiceOfProgramme,
} from '@kinledger/figures';
import { Roles } from '@kinledger/service-kit';
import { Controller, Get, Header, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Figures } from '../figures/figures.js';
import type { OfferedPeriods } from '../figures/offered-periods.js';
import type { FigureAnswer, ReachAnswer } from '../figures/reach-answer.js';
import { quartersCsv, reachCsv } from '../figures/reach-csv.js';
import { periodAsked, scopeAsked } from '../figures/reach-question.js';
import { titleOf } from '@kinledger/page-kit/names';
import { PageRenderer } from '@kinledger/page-kit';
import { quarterCharts } from './quarter-charts.js';
import { quartersFinding } from './quarters-finding.js';
import { uncountedOf } from './uncounted.js';

const query = z.object({
  period: z.string('expected one period').max(60, 'expected a period such as 2023-24-Q2').optional(),
  scope: z
    .string('expected one service, one strand or the programme')
    .max(120, 'expected a service, a strand or the programme')
    .default('programme'),
});
type Query = z.infer<typeof query>;

@ApiExcludeController()
@Roles('reader', 'data-team', 'operator')
@Controller()
export class ReachPage {
  readonly #figures: Figures;
  readonly #renderer: PageRenderer;

  constructor(figures: Figures, renderer: PageRenderer) {
    this.#figures = figures;
    this.#renderer = renderer;
  }

  /** The front page redirects to reach. */
  @Get()
  async home(@Res() reply: FastifyReply): Promise<void> {
    // Awaited, because otherwise Fastify would answer a second time before its hooks are done.
    await reply.redirect('/reach', 302);
  }

  @Get('reach')
  @Header('content-type', 'text/html; charset=utf-8')
  async page(@Query({ schema: query }) { period: asked, scope }: Query): Promise<string> {
    const [offered, services, { quarters }] = await Promise.all([
      this.#figures.offered(),
      this.#figures.services(),
      this.#figures.quarters(scopeAsked(scope)),
    ]);
    const answer = await this.#figures.reach(asked === undefined ? offered.opens : periodAsked(asked));
    const scopes = scopesOf(services);
    const scopeName = scopes.find(({ value }) => value === scope)?.name ?? scope;
    return this.#renderer.render('reach.njk', {
      section: 'reach',
      programme: answer.programme,
      position: answer.position,
      behindSince: answer.behindSince,
      label: answer.label,
      period: answer.period,
      removed: answer.doubleCountingRemoved,
      whole: row(answer.reach),
      tiles: tilesOf(answer.reach),
      uncounted: uncountedOf(answer.reach),
      missing: servicesWithoutFiles(answer),
      strands: answer.strands.map((strand) => ({
        ...row(strand),
        name: strand.name,
        services: strand.services.map((service) => ({ ...row(service), name: service.name })),
      })),
      otherServices: answer.otherServices.map((service) => ({ ...row(service), name: service.name })),
      scope,
      scopeName,
      scopes: scopes.map((item) => ({ ...item, selected: item.value === scope })),
      periods: periodsOf(offered, answer),
      quarters: quarters.map((quarter) => ({
        ...quarter,
        cells: reachTableColumns.map(({ of }) => of(quarter)),
        ...remarks(quarter),
      })),
      headings: {
        quarters: reachTableColumns.map(({ heading }) => heading),
        places: placesTableColumns.map(({ heading }) => heading),
      },
      drawing: quarters.length === 0 ? undefined : await quarterCharts(quarters, scopeName),
      finding: quartersFinding(quarters, scopeName),
      gaps: quarters.some(({ children }) => children === null),
      counting: services
        .filter(
          ({ individualBeneficiaries, sessionKinds }) => individualBeneficiaries && sessionKinds.length > 0,
        )
        .map(({ name, sessionKinds }) => ({ name, kinds: sessionKinds.map(titleOf).join(', ') })),
    });
  }

  @Get('reach/table.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="reach.csv"')
  async table(@Query({ schema: query }) { period }: Query): Promise<string> {
    return reachCsv(await this.#figures.reach(periodAsked(period ?? 'lifetime')));
  }

  @Get('reach/quarters.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="reach-by-quarter.csv"')
  async quartersTable(@Query({ schema: query }) { scope }: Query): Promise<string> {
    return quartersCsv(await this.#figures.quarters(scopeAsked(scope)));
  }
}

const row = (figure: FigureAnswer) => ({
  ...figure,
  doubtful: doubtfulRows(figure),
  cells: placesTableColumns.map(({ of }) => of(figure)),
  ...remarks(figure),
});

/** The text in place of unknown counts, and beside counts from another period's file. */
function remarks({ coverage, children }: Pick<FigureAnswer, 'coverage' | 'children'>) {
  if (coverage === 'files-received') return {};
  return children === null
    ? { unknown: coverageName(coverage) }
    : { remark: `${coverageName(coverage)} for this period; these rows came in files of other periods` };
}

function tilesOf(reach: FigureAnswer) {
  const doubtful = doubtfulRows(reach);
  return [
    { name: 'Children', value: reach.children },
    { name: 'Adults', value: reach.adults },
    { name: 'Families', value: reach.families },
    {
      name: 'At most (people)',
      value: reach.upperBound,
      ...(doubtful === null || doubtful === 0
        ? {}
        : {
            note:
              doubtful === 1
                ? 'if the one doubtful row were one person more'
                : `if each of ${doubtful.toLocaleString('en-GB')} doubtful rows were one person more`,
          }),
    },
  ];
}

/** Names of the services that report people but sent no file of attendance. */
const servicesWithoutFiles = ({ strands }: ReachAnswer) =>
  strands
    .flatMap(({ services }) => services)
    .filter(({ coverage }) => coverage === 'no-files' || coverage === 'no-attendance-file')
    .map(({ name }) => name);

function scopesOf(services: readonly ServiceOfProgramme[]) {
  const strands = Map.groupBy(
    services.filter(({ strand }) => strand !== null),
    ({ strand }) => strand,
  );
  return [
    { value: 'programme', text: 'Whole programme', name: 'Whole programme' },
    ...[...strands].flatMap(([strand, members]) => {
      const strandName = members[0]?.strandName ?? titleOf(strand ?? '');
      return [
        { value: `strand:${strand}`, text: strandName, name: strandName },
        ...members.map(({ service, name }) => ({ value: `service:${service}`, text: `– ${name}`, name })),
      ];
    }),
  ];
}

/** The options of the period select, latest first, always including the requested period. */
function periodsOf({ quarters, academicYears }: OfferedPeriods, asked: { period: string; label: string }) {
  const current = quarters.at(-1)?.code;
  const items = [
    ...quarters.toReversed().map(({ code, label }) => ({
      value: code,
      text: code === current ? `${label} (not over yet)` : label,
    })),
    ...academicYears.toReversed().map(({ code, label }) => ({ value: code, text: label })),
    { value: 'lifetime', text: 'Lifetime' },
  ];
  const known = items.some(({ value }) => value === asked.period);
  return [...(known ? [] : [{ value: asked.period, text: asked.label }]), ...items].map((item) => ({
    ...item,
    selected: item.value === asked.period,
  }));
}
