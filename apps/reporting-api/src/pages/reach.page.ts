import { Roles } from '@kinledger/service-kit';
import { Controller, Get, Header, Query, Redirect, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { z } from 'zod';
import { scopeAsked } from '../figures/figures.controller.js';
import { Figures } from '../figures/figures.js';
import { quartersCsv, reachCsv } from '../figures/reach-csv.js';
import { periodAsked } from '../figures/reach-question.js';
import { PageProblemFilter } from './page-problem.filter.js';
import { PageRenderer } from './page-renderer.js';
import { quarterChart } from './quarter-chart.js';

const query = z.object({
  period: z.string().max(60).optional(),
  scope: z.string().max(120).default('programme'),
});
type Query = z.infer<typeof query>;

@ApiExcludeController()
@Roles('reader', 'data-team', 'operator')
@UseFilters(PageProblemFilter)
@Controller()
export class ReachPage {
  constructor(
    private readonly figures: Figures,
    private readonly renderer: PageRenderer,
  ) {}

  @Get()
  @Redirect('/reach', 302)
  home(): void {
    // The front page is reach: the question that everybody comes with.
  }

  @Get('reach')
  @Header('content-type', 'text/html; charset=utf-8')
  async page(@Query({ schema: query }) { period: asked, scope }: Query): Promise<string> {
    const everything = await this.figures.quarters({ kind: 'programme' });
    const chosen = scope === 'programme' ? everything : await this.figures.quarters(scopeAsked(scope));
    const period = periodAsked(asked ?? everything.quarters.at(-1)?.period ?? 'lifetime');
    const [answer, strands] = await Promise.all([this.figures.reach(period), this.figures.scopes()]);
    const scopes = [
      { value: 'programme', text: 'Whole programme' },
      ...strands.flatMap((strand) => [
        { value: `strand:${strand.strand}`, text: strand.name },
        ...strand.services.map(({ service, name }) => ({ value: `service:${service}`, text: `– ${name}` })),
      ]),
    ];
    const years = academicYearsOf(everything.quarters.map((quarter) => quarter.period));
    return this.renderer.render('reach.njk', {
      section: 'reach',
      programme: answer.programme,
      position: answer.position,
      reach: answer,
      figures: [
        {
          name: 'Children',
          value: answer.reach.children,
          note: `${answer.reach.childrenThroughCarerOnly.toLocaleString('en-GB')} more through a carer only`,
        },
        { name: 'Adults', value: answer.reach.adults },
        { name: 'Families', value: answer.reach.families },
        {
          name: 'Unlinkable rows',
          value: answer.reach.unlinkable,
          note: `so at most ${answer.reach.upperBound.toLocaleString('en-GB')} people`,
        },
      ],
      scope,
      scopeName: scopes.find(({ value }) => value === scope)?.text.replace('– ', '') ?? scope,
      scopes: scopes.map((item) => ({ ...item, selected: item.value === scope })),
      periods: [
        ...everything.quarters
          .toReversed()
          .map((quarter) => ({ value: quarter.period, text: quarter.label })),
        ...years,
        { value: 'lifetime', text: 'Lifetime' },
      ].map((item) => ({ ...item, selected: item.value === answer.period })),
      quarters: chosen.quarters,
      chart: quarterChart(chosen.quarters),
    });
  }

  @Get('reach/table.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="reach.csv"')
  async table(@Query({ schema: query }) { period }: Query): Promise<string> {
    return reachCsv(await this.figures.reach(periodAsked(period ?? 'lifetime')));
  }

  @Get('reach/quarters.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="reach-by-quarter.csv"')
  async quartersTable(@Query({ schema: query }) { scope }: Query): Promise<string> {
    return quartersCsv(await this.figures.quarters(scopeAsked(scope)));
  }
}

/** Academic years that the quarters touch: Q2 to Q4 of a financial year lie in the academic year of the same name. */
const academicYearsOf = (quarters: readonly string[]) =>
  [...new Set(quarters.filter((code) => !code.endsWith('Q1')).map((code) => code.slice(0, 7)))]
    .toReversed()
    .map((year) => ({ value: `${year}-AY`, text: `Academic year ${year.replace('-', '/')}` }));
