import { londonDay, periodOfDate, type Period } from '@kinledger/domain';
import {
  ask,
  covered,
  coverageOfAll,
  coverageOfService,
  datasets,
  definitionInForce,
  filesOf,
  learningYear,
  nameOf,
  countOfNobody,
  programmeName,
  reach as reachFigure,
  reachByQuarter,
  publishedRulesOf,
  scopeName,
  serviceProviders,
  servicesOf,
  shownReach,
  shownReachByQuarter,
  theoryOfChange,
  wholeReach,
  type Figure,
  type FigureQuestion,
  type ReachCounts,
  type ReachScope,
  type ServiceOfProgramme,
} from '@kinledger/figures';
import { Problem } from '@kinledger/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { ReadModels, type Snapshot } from '../read-models/read-models.js';
import { figureRows, targetPeriodOf, type FigureAnswerRows } from './figure-rows.js';
import { filesReceived } from './files-received.js';
import { hasBegun, offeredAsPublished, offeredPeriods, type OfferedPeriods } from './offered-periods.js';
import { scopeAsked } from './reach-question.js';
import { publishedRule, rulesTogether, type Seen } from './seen.js';
import type { DatasetOfService } from '@kinledger/page-kit/names';
import { learningYearOf, type LearningYear, type LearningYearKind } from './learning-year.js';
import type { TheoryOfChange } from './theory-of-change.js';
import { quarterColumns, type QuartersAnswer, type ReachAnswer } from './reach-answer.js';

export interface FigureRowsAnswer extends FigureAnswerRows {
  readonly figure: string;
  readonly version: number;
  readonly period: string;
  readonly label: string;
  readonly behindSince: string | null;
}

/** Figures of the golden dataset, each by its definition in `@kinledger/figures`. */
@Injectable()
export class Figures {
  readonly #readModels: ReadModels;
  readonly #clock: Clock;

  constructor(readModels: ReadModels, @Inject(CLOCK) clock: Clock) {
    this.#readModels = readModels;
    this.#clock = clock;
  }

  /**
   * Reach of a period, or of the lifetime if it is undefined.
   * @throws Problem 404 for a period that has not begun.
   */
  async reach(seen: Seen, period: Period | undefined, asAt?: number): Promise<ReachAnswer> {
    if (period !== undefined && !hasBegun(period, this.today)) throw notBegun(period, this.today);
    const question = `reach ${seen} ${period?.code ?? 'lifetime'}`;
    const compute = async (snapshot: Snapshot): Promise<Omit<ReachAnswer, 'behindSince'>> => {
      const asked = { ...snapshot, ...(period === undefined ? {} : { period }) };
      const disclosure = seen === 'exact' ? 'none' : publishedRule(await publishedIn(snapshot), period);
      const { programme, strands, otherServices, byDeprivation, ...rest } =
        seen === 'exact'
          ? await wholeReach(snapshot.client, asked)
          : await shownReach(snapshot.client, asked, disclosure);
      const files = filesOf(await filesReceived(snapshot), period);
      const services = strands.flatMap((strand) => strand.services);
      const together = (parts: typeof services) =>
        coverageOfAll(parts.map((service) => coverageOfService(service, files)));
      return {
        programme: await programmeName(snapshot.client, snapshot),
        period: period?.code ?? 'lifetime',
        label: period?.label ?? 'Lifetime',
        disclosure,
        reach: covered(programme, together([...services, ...otherServices])),
        ...rest,
        strands: strands.map((strand) => ({
          ...covered(strand, together([...strand.services])),
          services: strand.services.map((service) => covered(service, coverageOfService(service, files))),
        })),
        otherServices: otherServices.map((service) => covered(service, coverageOfService(service, files))),
        byDeprivation: [...byDeprivation],
      };
    };
    const answer = await this.#readModels.answer(question, compute, asAt);
    // Figures as at a past position do not fall behind.
    return asAt === undefined ? this.#withAge(answer) : { ...answer, behindSince: null };
  }

  /**
   * Rows of a figure for a period, or for the lifetime if it is undefined, without targets of periods that have not begun.
   * @throws Problem 404 for a period that has not begun, or a scope that is not in the programme.
   */
  async rows(
    figure: Figure,
    question: Pick<FigureQuestion, 'by'> & {
      readonly seen: Seen;
      readonly period: LearningYear | undefined;
      readonly scope?: string | undefined;
      readonly asAt?: number | undefined;
    },
  ): Promise<FigureRowsAnswer> {
    const { seen, period, by, scope = null, asAt } = question;
    const today = this.today;
    if (period !== undefined && !hasBegun(period, today)) throw notBegun(period, today);
    const code = period?.code ?? 'lifetime';
    const known = await this.#readModels.answer(
      `${nameOf(figure)} ${seen} ${code} ${by} ${scope ?? 'every scope'}`,
      async (snapshot) => {
        if (scope !== null) requireScope(await servicesOf(snapshot.client, snapshot), scopeAsked(scope));
        const { id, version } = figure;
        const rows = await figureRows(snapshot, figure, { seen, period, by, scope });
        return { figure: id, version, period: code, label: period?.label ?? 'Lifetime', ...rows };
      },
      asAt,
    );
    const rows = known.rows.filter((row) => {
      const target = targetPeriodOf(row);
      return target === undefined || hasBegun(target, today);
    });
    const answer = { ...known, rows };
    return asAt === undefined ? this.#withAge(answer) : { ...answer, behindSince: null };
  }

  /**
   * Reach of each quarter up to the latest with a file or with attendance, earliest first, including quarters without
   * files in between. @throws Problem 404 for a scope that is not in the programme.
   */
  async quarters(seen: Seen, scope: ReachScope): Promise<QuartersAnswer> {
    const name = scopeName(scope);
    const today = this.today;
    const answer = await this.#readModels.answer(
      `quarters ${seen} ${name} ${quarterOf(today)}`,
      async (snapshot) => {
        const { client, position } = snapshot;
        const defined = await servicesOf(client, snapshot);
        requireScope(defined, scope);
        const files = await filesReceived(snapshot);
        const whole = await reachByQuarter(client, { kind: 'programme' }, snapshot);
        const offered = offeredPeriods(
          files,
          whole.map(({ start }) => start),
          today,
        );
        const rows: readonly QuarterRow[] =
          seen === 'shown'
            ? await shownReachByQuarter(client, scope, snapshot)
            : scope.kind === 'programme'
              ? whole
              : await reachByQuarter(client, scope, snapshot);
        const published = seen === 'exact' ? undefined : await publishedIn(snapshot);
        const services = defined.filter((service) => isWithin(service, scope));
        const shown = offered.quarters.filter(({ code, start }) =>
          published === undefined
            ? whole.some((row) => row.start === start) ||
              code === offered.opens.code ||
              start < offered.opens.start
            : published.has(start),
        );
        const quarters = files.length + whole.length === 0 ? [] : shown;
        return {
          programme: await programmeName(client, snapshot),
          scope: name,
          position,
          disclosure: published === undefined ? 'none' : rulesTogether(published.values()),
          quarters: quarters.map((period) => {
            const figure = quarterCounts(
              rows.find((row) => row.start === period.start),
              countOfNobody(published?.get(period.start) ?? ''),
            );
            const own = filesOf(files, period);
            const coverage = coverageOfAll(services.map((service) => coverageOfService(service, own)));
            return { period: period.code, label: period.label, ...covered(figure, coverage) };
          }),
        };
      },
    );
    return this.#withAge(answer);
  }

  /**
   * The periods on offer today, and the one that pages open with: to a reader, quarters that are published.
   * @throws Problem 404 to a reader before a quarter is published.
   */
  async offered(seen: Seen): Promise<OfferedPeriods> {
    const today = this.today;
    if (seen === 'shown')
      return this.#readModels.answer('offered shown', async (snapshot) =>
        offeredAsPublished([...(await publishedIn(snapshot)).keys()]),
      );
    return this.#readModels.answer(`offered ${quarterOf(today)}`, async (snapshot) =>
      offeredPeriods(
        await filesReceived(snapshot),
        (await reachByQuarter(snapshot.client, { kind: 'programme' }, snapshot)).map(({ start }) => start),
        today,
      ),
    );
  }

  /** Services, in the order of the programme definition, administrative sources last. */
  async services(): Promise<readonly ServiceOfProgramme[]> {
    return this.#readModels.answer('services', (snapshot) => servicesOf(snapshot.client, snapshot));
  }

  /** Providers by service. */
  async providers(): Promise<ReadonlyMap<string, string>> {
    return this.#readModels.answer('providers', async (snapshot) => {
      const rows = await ask<{ service: string; provider: string }>(
        snapshot.client,
        serviceProviders,
        [],
        snapshot,
      );
      return new Map(rows.map(({ service, provider }) => [service, provider]));
    });
  }

  /** Digest of the programme definition in force. */
  async definition(): Promise<string> {
    return this.#readModels.answer('definition', async (snapshot) => {
      const [row] = await ask<{ digest: string }>(snapshot.client, definitionInForce, [], snapshot);
      return row?.digest ?? '';
    });
  }

  /** Of which years the programme’s annual learning report is. */
  async learningYearKind(): Promise<LearningYearKind> {
    return this.#readModels.answer('learning year', async (snapshot) => {
      const [row] = await ask<{ year: LearningYearKind | null }>(snapshot.client, learningYear, [], snapshot);
      return row?.year ?? 'financial';
    });
  }

  /** The theory of change of the programme definition in force; undefined where it has none. */
  async theoryOfChange(): Promise<TheoryOfChange | undefined> {
    return this.#readModels.answer('theory of change', async (snapshot) => {
      const [row] = await ask<{ theory: TheoryOfChange | null }>(
        snapshot.client,
        theoryOfChange,
        [],
        snapshot,
      );
      return row?.theory ?? undefined;
    });
  }

  /** Datasets by id. */
  async datasets(): Promise<ReadonlyMap<string, DatasetOfService>> {
    return this.#readModels.answer('datasets', async (snapshot) => {
      const rows = await ask<DatasetOfService>(snapshot.client, datasets, [], snapshot);
      return new Map(rows.map((row) => [row.dataset, row]));
    });
  }

  /** Name of the programme, ledger position of the read models, and since when they are behind. */
  async programme(): Promise<{
    readonly programme: string;
    readonly position: number;
    readonly behindSince: string | null;
  }> {
    return this.#withAge(
      await this.#readModels.answer('programme', async (snapshot) => ({
        programme: await programmeName(snapshot.client, snapshot),
        position: snapshot.position,
      })),
    );
  }

  /** Adds `behindSince`, read on each request because the rest of the answer may be cached. */
  async #withAge<T extends object>(answer: T): Promise<T & { readonly behindSince: string | null }> {
    return { ...answer, behindSince: await this.#readModels.behindSince() };
  }

  /** yyyy-mm-dd in Europe/London. */
  /** The day in London, as yyyy-mm-dd. */
  get today(): string {
    return londonDay(this.#clock());
  }
}

const quarterOf = (day: string): string => periodOfDate(day)?.code ?? day;

type QuarterRow = ReachCounts<number | null> & { readonly start: string };

/** The columns of a quarter that the series shows; of a quarter without a row, what is shown of nobody. */
const quarterCounts = (
  counts: QuarterRow | undefined,
  ofNobody: 0 | null,
): Pick<ReachCounts<number | null>, (typeof quarterColumns)[number]> =>
  // One count for each column of the series.
  Object.fromEntries(
    quarterColumns.map((column) => [column, counts === undefined ? ofNobody : counts[column]]),
  ) as never;

/** Rules of the quarters that published reach. */
const publishedIn = (snapshot: Snapshot): Promise<ReadonlyMap<string, string>> =>
  publishedRulesOf(snapshot.client, reachFigure, snapshot);

/** An administrative source lists people whom no service reached, so it counts only towards its own coverage. */
const isWithin = (service: ServiceOfProgramme, scope: ReachScope): boolean => {
  if (scope.kind === 'service') return service.service === scope.id;
  return scope.kind === 'strand' ? service.strand === scope.id : service.strand !== null;
};

function notBegun(period: LearningYear, today: string): Problem {
  const quarter = periodOfDate(today);
  const latest =
    period.kind === 'financial-year'
      ? quarter && learningYearOf(quarter, 'financial')
      : periodOfDate(today, period.kind);
  return new Problem(404, 'period-not-begun', {
    detail: `${period.label} has not begun: ask for ${latest?.label ?? 'the present period'} or an earlier one.`,
  });
}

function requireScope(services: readonly ServiceOfProgramme[], scope: ReachScope): void {
  if (scope.kind === 'programme') return;
  const { kind, id } = scope;
  if (!services.some((service) => service[kind] === id)) {
    throw new Problem(404, 'scope-unknown', { detail: `The programme has no ${kind} of this name.` });
  }
}
