import {
  coverageName,
  doubtfulRows,
  placesTableColumns,
  reachTableColumns,
  SUPPRESSED,
  type ServiceOfProgramme,
} from '@kinledger/figures';
import { CurrentCaller, Roles, type Caller } from '@kinledger/service-kit';
import { Controller, Get, Header, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Figures } from '../figures/figures.js';
import { seenBy, type Seen } from '../figures/seen.js';
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
  async page(
    @CurrentCaller() caller: Caller,
    @Query({ schema: query }) { period: asked, scope }: Query,
  ): Promise<string> {
    const seen = seenBy(caller);
    const [offered, services, { quarters }] = await Promise.all([
      this.#figures.offered(seen),
      this.#figures.services(),
      this.#figures.quarters(seen, scopeAsked(scope)),
    ]);
    const answer = await this.#figures.reach(seen, asked === undefined ? offered.opens : periodAsked(asked));
    const scopes = scopesOf(services);
    const scopeName = scopes.find(({ value }) => value === scope)?.name ?? scope;
    return this.#renderer.render('reach.njk', {
      section: 'reach',
      programme: answer.programme,
      position: answer.position,
      behindSince: answer.behindSince,
      label: answer.label,
      period: answer.period,
      removed: removedFrom(answer),
      disclosure: answer.disclosure,
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
      periods: periodsOf(offered, answer, seen),
      quarters: quarters.map((quarter) => ({
        ...quarter,
        cells: reachTableColumns.map(({ of }) => of(quarter) ?? SUPPRESSED),
        ...remarks(quarter),
      })),
      headings: {
        quarters: reachTableColumns.map(({ heading }) => heading),
        places: placesTableColumns.map(({ heading }) => heading),
      },
      drawing: quarters.length === 0 ? undefined : await quarterCharts(quarters, scopeName),
      finding: quartersFinding(quarters, scopeName),
      gaps: quarters.some((quarter) => isUnknown(quarter)),
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
  async table(@CurrentCaller() caller: Caller, @Query({ schema: query }) { period }: Query): Promise<string> {
    return reachCsv(await this.#figures.reach(seenBy(caller), periodAsked(period ?? 'lifetime')));
  }

  @Get('reach/quarters.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="reach-by-quarter.csv"')
  async quartersTable(
    @CurrentCaller() caller: Caller,
    @Query({ schema: query }) { scope }: Query,
  ): Promise<string> {
    return quartersCsv(await this.#figures.quarters(seenBy(caller), scopeAsked(scope)));
  }
}

const row = (figure: FigureAnswer) => ({
  individuals: figure.individuals ?? SUPPRESSED,
  upperBound: figure.upperBound ?? SUPPRESSED,
  doubtful: doubtfulRows(figure) ?? SUPPRESSED,
  cells: placesTableColumns.map(({ of }) => of(figure) ?? SUPPRESSED),
  ...remarks(figure),
});

/** Whether a figure has no counts at all. */
const isUnknown = ({ children, suppressed }: Pick<FigureAnswer, 'children' | 'suppressed'>): boolean =>
  children === null && suppressed.length === 0;

/** The double counting that was removed, if there was any; a suppressed number of it is not zero. */
function removedFrom({ doubleCountingRemoved: removed }: ReachAnswer) {
  const { children, adults, families } = removed;
  const isAny = [children, adults, families].some((number) => number !== null && number > 0);
  return isAny
    ? { children: children ?? SUPPRESSED, adults: adults ?? SUPPRESSED, families: families ?? SUPPRESSED }
    : undefined;
}

/** The text in place of unknown counts, and beside counts from another period's file. */
function remarks(figure: Pick<FigureAnswer, 'coverage' | 'children' | 'suppressed'>) {
  const { coverage } = figure;
  if (coverage === 'files-received') return {};
  return isUnknown(figure)
    ? { unknown: coverageName(coverage) }
    : { remark: `${coverageName(coverage)} for this period; these rows came in files of other periods` };
}

function tilesOf(reach: FigureAnswer) {
  const doubtful = doubtfulRows(reach);
  return [
    { name: 'Children', value: reach.children ?? SUPPRESSED },
    { name: 'Adults', value: reach.adults ?? SUPPRESSED },
    {
      name: 'Families',
      value: reach.families ?? SUPPRESSED,
      ...(reach.familiesUpperBound === null
        ? {}
        : {
            note: `at most ${reach.familiesUpperBound.toLocaleString('en-GB')}, if the relationships that rows state, and links by a score, are right`,
          }),
    },
    {
      name: 'At most (people)',
      value: reach.upperBound ?? SUPPRESSED,
      ...noteOf([
        ...(doubtful === null || doubtful === 0
          ? []
          : [
              doubtful === 1
                ? 'if the one doubtful row were one person more'
                : `if each of ${doubtful.toLocaleString('en-GB')} doubtful rows were one person more`,
            ]),
        ...(reach.joinedByScore === 0
          ? []
          : [
              `if links by a score are right, which could hide ${(reach.joinedByScore ?? SUPPRESSED).toLocaleString('en-GB')} people more`,
            ]),
      ]),
    },
  ];
}

const noteOf = (conditions: readonly string[]) =>
  conditions.length === 0 ? {} : { note: conditions.join(', and ') };

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
function periodsOf(
  { quarters, academicYears }: OfferedPeriods,
  asked: { period: string; label: string },
  seen: Seen,
) {
  const current = seen === 'exact' ? quarters.at(-1)?.code : undefined;
  const items = [
    ...quarters.toReversed().map(({ code, label }) => ({
      value: code,
      text: code === current ? `${label} (not over yet)` : label,
    })),
    ...academicYears.toReversed().map(({ code, label }) => ({ value: code, text: label })),
    ...(seen === 'exact' ? [{ value: 'lifetime', text: 'Lifetime' }] : []),
  ];
  const known = items.some(({ value }) => value === asked.period);
  return [...(known ? [] : [{ value: asked.period, text: asked.label }]), ...items].map((item) => ({
    ...item,
    selected: item.value === asked.period,
  }));
}
