import { causes } from '@kinledger/figures';
import { parsePeriod } from '@kinledger/domain';
import { PageRenderer } from '@kinledger/page-kit';
import { instantName, reasonName } from '@kinledger/page-kit/names';
import { ByForm, CurrentCaller, InjectPool, Problem, Roles, type Caller } from '@kinledger/service-kit';
import { Controller, Get, Header, Param, Post, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { stringify } from 'csv-stringify/sync';
import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import { z } from 'zod';
import { listedQuarters, type ListedQuarter } from '../recounts/closed-quarter.js';
import type { Restatement } from '../recounts/compare-quarter.js';
import { quarterAsked } from '../recounts/quarter-asked.js';
import { recountUnknown } from '../recounts/recounts.controller.js';
import { Recounts, type Recount } from '../recounts/recounts.js';
import type { Reproduction } from '../recounts/reproduce-quarter.js';
import { recountFor, seesExactCounts } from '../recounts/shown-recount.js';
import { ProgrammeNames } from './programme-names.js';
import { recountsOf } from './recounts-of.js';
import { outcomeNames, reproductionView } from './reproduction-view.js';
import { findingOf, restatementView } from './restatement-view.js';
import { untilEnded } from './until-ended.js';

const periodText = z.string().max(60);
const id = z.string().max(64);
const query = z.object({
  scope: z
    .string('expected one scope')
    .max(120, 'expected a service, a strand or the programme')
    .default('programme'),
  count: z.string('expected one count').max(200, 'expected a count').optional(),
});

/** Closed quarters: whether they come out the same when they are counted again, and what changed them since. */
@ApiExcludeController()
@Roles('reader', 'data-team', 'operator', 'auditor')
@Controller('quarters')
export class QuartersPage {
  readonly #recounts: Recounts;
  readonly #renderer: PageRenderer;
  readonly #programme: ProgrammeNames;
  readonly #pool: pg.Pool;

  constructor(
    recounts: Recounts,
    renderer: PageRenderer,
    programme: ProgrammeNames,
    @InjectPool('platform') pool: pg.Pool,
  ) {
    this.#recounts = recounts;
    this.#renderer = renderer;
    this.#programme = programme;
    this.#pool = pool;
  }

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  async list(@CurrentCaller() caller: Caller): Promise<string> {
    const [quarters, latest] = await Promise.all([listedQuarters(this.#pool), this.#recounts.latest()]);
    const mayCompare = seesExactCounts(caller);
    return this.#render('quarters.njk', {
      mayCompare,
      quarters: latestEditions(quarters).map((quarter) => {
        const { reproduced, restated } = recountsOf(quarter, quarters, latest);
        return {
          ...this.#named(quarter),
          reproduced: reproduced && {
            id: reproduced.id,
            ...outcomeNames[(reproduced.result as Reproduction).outcome],
          },
          restated: mayCompare &&
            restated && {
              ...{ id: restated.id, edition: restated.edition },
              finding: this.#finding(restated),
            },
        };
      }),
    });
  }

  @Get(':period')
  @Header('content-type', 'text/html; charset=utf-8')
  async quarter(
    @CurrentCaller() caller: Caller,
    @Param('period', { schema: periodText }) asked: string,
  ): Promise<string> {
    const [quarter, ...earlier] = await this.#editions(asked);
    const kept = await this.#recounts.all(quarter.period);
    const recounts = seesExactCounts(caller) ? kept : kept.filter(({ kind }) => kind === 'reproduction');
    return this.#render('quarter.njk', {
      quarter: this.#named(quarter),
      editions: [quarter, ...earlier].map((edition) => this.#named(edition)),
      mayAsk: seesExactCounts(caller),
      recounts: recounts.map(({ id: recount, edition, state, kind, outcome, startedAt, askedBy }) => ({
        ...{ edition, askedBy, href: `/quarters/${quarter.period}/recounts/${recount}` },
        ...{ started: instantName(startedAt), kindName: kindNames[kind] },
        outcome: outcome === null ? stateNames[state] : outcomeNames[outcome].text,
      })),
    });
  }

  @Post(':period/reproductions')
  @ByForm()
  @Roles('data-team', 'operator', 'auditor')
  async reproduce(
    @CurrentCaller() caller: Caller,
    @Param('period', { schema: periodText }) asked: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    // The edition whose digest the page shows.
    const [{ period, edition }] = await this.#editions(asked);
    await show(reply, await this.#recounts.reproduce(quarterAsked(period), caller.person, edition));
  }

  @Post(':period/comparisons')
  @ByForm()
  @Roles('data-team', 'operator', 'auditor')
  async compare(
    @CurrentCaller() caller: Caller,
    @Param('period', { schema: periodText }) asked: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const question = { period: quarterAsked(asked), then: undefined, now: undefined };
    await show(reply, await this.#recounts.compare(question, caller.person));
  }

  @Get(':period/recounts/:id')
  @Header('content-type', 'text/html; charset=utf-8')
  async recount(
    @CurrentCaller() caller: Caller,
    @Param('period', { schema: periodText }) asked: string,
    @Param('id', { schema: id }) wanted: string,
    @Query({ schema: query }) { scope, count }: z.output<typeof query>,
  ): Promise<string> {
    const found = await this.#recount(asked, wanted, caller);
    const { period, kind, state, result, startedAt } = found;
    const frame = {
      recount: {
        ...found,
        started: instantName(startedAt),
        href: `/quarters/${period}/recounts/${found.id}`,
      },
      period: { code: period, label: labelOf(period) },
      kindName: kindNames[kind],
    };
    if (state !== 'done' || result === null) return this.#render('recount-under-way.njk', frame);
    if (kind === 'reproduction') {
      const view = reproductionView(result as Reproduction, this.#programme.scopes);
      return this.#render('reproduction.njk', { ...frame, ...view });
    }
    const { basis, edition, then, now, cells } = result as Restatement;
    const view = await restatementView(cells, { scope, count, basis, scopes: this.#programme.scopes });
    return this.#render('restatement.njk', { ...frame, ...view, edition, then, now, basis });
  }

  @Get(':period/recounts/:id/table.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="what-changed.csv"')
  async table(
    @CurrentCaller() caller: Caller,
    @Param('period', { schema: periodText }) asked: string,
    @Param('id', { schema: id }) wanted: string,
  ): Promise<string> {
    const found = await this.#recount(asked, wanted, caller);
    if (found.kind !== 'restatement' || found.state !== 'done') throw recountUnknown();
    return stringify(
      (found.result as Restatement).cells.map(({ figure, scope, dimensions, column, then, now, changes }) => [
        ...[found.period, figure, scope, dimensions.map((value) => value ?? 'unknown').join(' '), column],
        ...[then, ...causes.map((cause) => changes[cause] ?? 0), now],
      ]),
      {
        header: true,
        columns: ['period', 'figure', 'scope', 'dimensions', 'count', 'then', ...causes, 'now'],
        escape_formulas: true,
      },
    );
  }

  #render(view: string, context: object): string {
    return this.#renderer.render(view, { section: 'quarters', programme: this.#programme.name, ...context });
  }

  /** The latest edition first. */
  async #editions(asked: string): Promise<readonly [ListedQuarter, ...ListedQuarter[]]> {
    const [quarter, ...earlier] = await listedQuarters(this.#pool, quarterAsked(asked));
    if (quarter === undefined) {
      throw new Problem(404, 'quarter-not-closed', { detail: 'This quarter is not closed.' });
    }
    return [quarter, ...earlier];
  }

  /** A recount with what the caller may see of it, once it has ended or a few seconds have passed. */
  async #recount(asked: string, wanted: string, caller: Caller): Promise<Recount> {
    const period = quarterAsked(asked);
    const found = /^[0-9a-f]{32}$/.test(wanted)
      ? await untilEnded(() => this.#recounts.find(wanted))
      : undefined;
    if (found?.period !== period) throw recountUnknown();
    return recountFor(caller, found);
  }

  #finding({ result }: Recount): string {
    const { basis, cells: counts } = result as Restatement;
    const children = counts.find(
      ({ figure, scope, column }) => figure === 'reach' && scope === 'programme' && column === 'children',
    );
    if (children !== undefined) {
      return findingOf(children, { scopes: this.#programme.scopes, basis });
    }
    return counts.length === 0
      ? 'Nothing changed.'
      : `The children of the whole programme are as many as before; ${counts.length} other counts changed.`;
  }

  #named(listed: ListedQuarter) {
    const { period, closedAt, reason, ...quarter } = listed;
    return {
      ...quarter,
      ...{ period, label: labelOf(period), closed: instantName(closedAt), reason: reasonName(reason) },
      isComputed: quarter.published !== null,
      release: releaseOf(listed),
      audited: auditOf(listed),
      nothing: quarter.nilReturns?.map((nil) => `${nil.dataset}, ${labelOf(nil.period)}`).join('; '),
    };
  }
}

/** Awaited, because otherwise Fastify would answer a second time before its hooks are done. */
async function show(reply: FastifyReply, { period, id: made }: Recount): Promise<void> {
  await reply.redirect(`/quarters/${period}/recounts/${made}`, 303);
}

const labelOf = (period: string): string => parsePeriod(period)?.label ?? period;

const kindNames = { reproduction: 'Counted again', restatement: 'What changed since' } as const;
const stateNames = { running: 'Under way', done: 'Ready', failed: 'Failed' } as const;

const latestEditions = (quarters: readonly ListedQuarter[]): readonly ListedQuarter[] =>
  quarters.filter(({ period, closing }, place) => {
    const before = quarters[place - 1];
    return before === undefined || before.period !== period || before.closing === closing;
  });

/** What leaves of an edition, and who had it so. */
function releaseOf(quarter: ListedQuarter): string {
  const { standing, published, releasedAt, releasedBy, ended, endedBy } = quarter;
  const act =
    releasedAt === null
      ? 'Published when it closed'
      : `Published ${instantName(releasedAt)}, by ${releasedBy ?? 'nobody'}`;
  switch (standing) {
    case 'unpublished':
      return published === null ? 'Its figures are being computed' : 'Not published';
    case 'published':
      return act;
    case 'superseded':
      return `${act}; superseded at position ${ended ?? ''}, by ${endedBy ?? 'nobody'}`;
    case 'withdrawn':
      return `${act}; withdrawn at position ${ended ?? ''}, by ${endedBy ?? 'nobody'}`;
    default:
      return standing satisfies never;
  }
}

function auditOf({ audit, published }: ListedQuarter): string {
  if (audit === null) return published === null ? 'Not yet' : 'None';
  const { solver = 'a solver that is not named', fewest, audited, narrowed } = audit;
  return narrowed === 0
    ? `Passed: each of ${audited} suppressed counts can have ${fewest} values or more, by ${solver}`
    : `Not passed: ${narrowed} of ${audited} suppressed counts can have fewer than ${fewest} values, by ${solver}`;
}
