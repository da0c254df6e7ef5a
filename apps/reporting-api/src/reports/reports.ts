import { periodOfCode, type Period } from '@kinledger/domain';
import type { PeriodCode } from '@kinledger/contracts';
import {
  columnNames,
  figures as allFigures,
  reach,
  reachByDeprivation,
  reachColumns,
  type Figure,
  type ReachScope,
} from '@kinledger/figures';
import { Problem } from '@kinledger/service-kit';
import { Injectable } from '@nestjs/common';
import { Figures } from '../figures/figures.js';
import { ReadModels } from '../read-models/read-models.js';
import { ClosedQuarters } from '../quarters/closed-quarters.js';
import { Submissions } from '../submissions/submissions.js';
import { figureSection, type Presentation } from './figure-section.js';
import { placesSection, removedSection } from './programme-sections.js';
import type { ReportSight } from './report-access.js';
import { publishedSection } from './published-section.js';
import { coverageSection, qualitySections, timeliness } from './quality-sections.js';
import { leftOutSection, lifetimeLeftOutSection } from './left-out-section.js';
import {
  deprivationSection,
  ownColumns,
  quartersSection,
  reachSection,
  type PartOf,
} from './reach-sections.js';
import type { Report, ReportPart, ReportSection } from './report.js';

const people = 'Children and adults of the same table; nobody is left out, and not known is a line.';

/** How figures beyond reach are shown, by id, in their order in a report; a figure of another id is in the API alone. */
const presentations: Readonly<Record<string, Presentation>> = {
  'reach-new-and-returning': { title: 'New and returning', denominator: 'Reach of the period.' },
  'reach-by-area': { title: 'In and out of the area', denominator: people },
  'reach-by-priority': { title: 'Priority population', denominator: people },
  'reach-by-characteristic': {
    title: 'Who they are',
    denominator: people,
    shows: ({ characteristic }) => characteristic !== 'lsoa' && characteristic !== 'deprivationDecile',
  },
  'reach-through-carers': { title: 'Children and their carers', denominator: 'Children of the table.' },
  dosage: { title: 'Sessions per person', denominator: people },
  'reach-by-services-used': { title: 'How many services people use', denominator: people },
  'service-pairs': { title: 'Services used together', denominator: 'None: counts, not shares.' },
  'service-steps': { title: 'From the first service to the next', denominator: 'None: counts, not shares.' },
  'population-reached': {
    title: 'Whom the programme did not reach',
    denominator: 'People of the population, by its edition.',
    shows: ({ characteristic }) => characteristic !== 'lsoa',
  },
  participation: { title: 'Participation', denominator: 'As each column says.' },
  activity: { title: 'Sessions and attendances', denominator: 'None: counts, not shares.' },
  'activity-by-kind': { title: 'Sessions by kind', denominator: 'None: counts, not shares.' },
  targets: {
    ...{ title: 'Targets', denominator: 'The target of the period.' },
    stated: ['target', 'greenFrom', 'amberFrom'],
  },
  feedback: { title: 'Feedback', denominator: 'Answers to the question.' },
  outcomes: { title: 'Outcomes, first to last', denominator: 'Pairs of a first and a last score.' },
  workforce: { title: 'Workforce', denominator: 'None: counts, not shares.' },
  inputs: { title: 'Resources and spend', denominator: 'None: amounts as stated.' },
};

/** Newest versions of the figures that reports show beyond reach, in the order of the report. */
const shownFigures: readonly (readonly [Figure, Presentation])[] = Object.entries(presentations).flatMap(
  ([id, presentation]) => {
    const versions = allFigures.filter((figure) => figure.id === id);
    const [newest] = versions.toSorted((one, other) => other.version - one.version);
    return newest === undefined ? [] : [[newest, presentation] as const];
  },
);

export interface ReportQuestion {
  /** Undefined: the latest quarter with counts. */
  readonly period?: Period | undefined;
  readonly sight: ReportSight;
}

/** Composes each report from one state of the read models, one figure after another on one connection. */
@Injectable()
export class Reports {
  readonly #readModels: ReadModels;
  readonly #figures: Figures;
  readonly #submissions: Submissions;
  readonly #quarters: ClosedQuarters;

  constructor(readModels: ReadModels, figures: Figures, submissions: Submissions, quarters: ClosedQuarters) {
    this.#readModels = readModels;
    this.#figures = figures;
    this.#submissions = submissions;
    this.#quarters = quarters;
  }

  /**
   * A service’s report: its quarter, then its lifetime.
   * @throws Problem 404 for an unknown service, or a period that has not begun.
   */
  async ofService(service: string, question: ReportQuestion): Promise<Report> {
    return this.#readModels.onOneState(async () => {
      const name = await this.serviceName(service);
      return this.#report({ kind: 'service', id: service }, name, `${name}: service report`, question);
    });
  }

  /** The programme’s report: a quarter or a year, then the lifetime. */
  async ofProgramme(question: ReportQuestion): Promise<Report> {
    return this.#readModels.onOneState(() =>
      this.#report({ kind: 'programme' }, 'Whole programme', 'Programme report', question),
    );
  }

  /** Quality of the files of a service, or of all services, of a period or of all. */
  async ofQuality(service: string | undefined, question: ReportQuestion): Promise<Report> {
    return this.#readModels.onOneState(() => this.#quality(service, question));
  }

  /** @throws Problem 404 for a service that is not in the programme. */
  async serviceName(service: string): Promise<string> {
    const found = (await this.#figures.services()).find((each) => each.service === service);
    if (found === undefined) {
      throw new Problem(404, 'scope-unknown', { detail: 'The programme has no service of this name.' });
    }
    return found.name;
  }

  async #quality(service: string | undefined, { period, sight }: ReportQuestion): Promise<Report> {
    const scopeName = service === undefined ? 'Whole programme' : await this.serviceName(service);
    const label = period?.label ?? 'All periods';
    const scope: ReachScope =
      service === undefined ? { kind: 'programme' } : { kind: 'service', id: service };
    const of: PartOf = { key: 'quality', scope: scopeNameOf(scope), scopeName, label };
    const leftOut = sight.shows === 'figures that close' ? leftOutSection(of, sight) : undefined;
    const sections = [
      ...(await this.#filesOf(scope, of, {
        ...{ period, sight },
        ...{ withCoverage: true, byPeriod: service !== undefined },
      })),
      ...(leftOut === undefined ? [] : [leftOut]),
    ];
    const { programme, position, behindSince } = await this.#figures.programme();
    const definition = await this.#figures.definition();
    return {
      ...{ title: 'Data quality', of: scopeName, definition, period: period?.code ?? 'all', label },
      ...{ programme, position, behindSince },
      parts: [{ title: label, about: 'Files that are linked and not withdrawn.', sections }],
    };
  }

  async #report(
    scope: ReachScope,
    scopeName: string,
    title: string,
    { period: asked, sight }: ReportQuestion,
  ): Promise<Report> {
    const period = asked ?? (await this.#latest(scope, sight));
    const { programme, position, behindSince } = await this.#figures.programme();
    const definition = await this.#figures.definition();
    const parts: readonly ReportPart[] = [
      {
        title: period.label,
        about: `What happened in ${period.label}. Nothing here is added up with earlier periods.`,
        sections: await this.#part(scope, { scopeName, period, sight }),
      },
      {
        title: 'Lifetime',
        about: 'Since the beginning, each person counted once. It is never a sum of periods.',
        sections: await this.#part(scope, { scopeName, period: undefined, sight }),
      },
    ];
    return {
      ...{ title, of: scopeName, programme, definition, behindSince, parts },
      ...{ period: period.code, label: period.label, position },
    };
  }

  /** Sections of a period, or of the lifetime if it is undefined. */
  async #part(
    scope: ReachScope,
    {
      scopeName,
      period,
      sight,
    }: { readonly scopeName: string; readonly period: Period | undefined; readonly sight: ReportSight },
  ): Promise<readonly ReportSection[]> {
    const of: PartOf = {
      key: period === undefined ? 'lifetime' : 'period',
      scope: scopeNameOf(scope),
      scopeName,
      label: period?.label ?? 'Lifetime',
    };
    const asked = { by: 'period' as const, period, scope: of.scope };
    const question = { ...asked, seen: sight.seen };
    const isWhole = scope.kind === 'programme';
    const isPublished = sight.shows === 'figures that close';
    const columns = sight.shows === 'own rows' ? ownColumns : columnNames(reachColumns);
    if (isPublished && period === undefined)
      return [
        quartersSection(of, await this.#figures.quarters(sight.seen, scope), columns),
        ...(await this.#filesOf(scope, of, { period, sight, withCoverage: true, byPeriod: false })),
        lifetimeLeftOutSection(of),
      ];
    const own = await this.#figures.rows(reach, question);
    const deprivation =
      sight.shows === 'own rows' ? undefined : await this.#figures.rows(reachByDeprivation, question);
    const others: (ReportSection | undefined)[] = [];
    for (const [figure, presentation] of sight.shows === 'everything' ? shownFigures : [])
      others.push(figureSection(of, figure, await this.#figures.rows(figure, question), presentation));
    const wholeReach = isWhole ? await this.#figures.reach(sight.seen, period) : undefined;
    const quarter =
      period === undefined || period.kind !== 'quarter'
        ? undefined
        : await this.#quarters.find(sight.shows === 'own rows' ? 'shown' : sight.seen, period.code);
    const sections = [
      reachSection(of, own, columns),
      ...(period === undefined
        ? [quartersSection(of, await this.#figures.quarters(sight.seen, scope), columns)]
        : []),
      ...(wholeReach === undefined ? [] : [placesSection(of, wholeReach), removedSection(of, wholeReach)]),
      ...(deprivation === undefined ? [] : [deprivationSection(of, deprivation)]),
      ...others,
      // A reader’s counts are the published ones.
      ...(period?.kind === 'quarter' && !isPublished ? [publishedSection(of, quarter, own, columns)] : []),
      ...(await this.#filesOf(scope, of, {
        ...{ period, sight },
        ...{ withCoverage: period === undefined, byPeriod: false },
      })),
      ...(period === undefined ? [] : [leftOutSection(of, sight)]),
    ];
    return sections.filter((section) => section !== undefined);
  }

  /** Coverage, if wanted, and quality of the files of a scope and period, or of all periods if it is undefined. */
  async #filesOf(
    scope: ReachScope,
    of: PartOf,
    {
      period,
      sight,
      withCoverage,
      byPeriod,
    }: ReportQuestion & { readonly withCoverage: boolean; readonly byPeriod: boolean },
  ): Promise<readonly ReportSection[]> {
    const { rows, position } = await this.#submissions.quality();
    const names = await this.#figures.datasets();
    const shown = rows.filter(
      (row) =>
        (scope.kind !== 'service' || row.service === scope.id) &&
        (period === undefined || row.period === period.code),
    );
    return [
      ...(withCoverage ? [coverageSection(of, await this.#figures.quarters('exact', scope))] : []),
      // Rows are counted exactly, and rows that stand in no release: a reader sees when files came.
      ...(sight.shows === 'figures that close' ? timeliness : qualitySections)(of, {
        ...{ rows: shown, position, names, byPeriod },
      }),
    ];
  }

  /** The latest quarter of a scope with counts, or the one that pages open with. */
  async #latest(scope: ReachScope, sight: ReportSight): Promise<Period> {
    const { quarters } = await this.#figures.quarters(sight.seen, scope);
    const known = quarters.findLast(({ coverage }) => coverage === 'files-received');
    // The series names quarters by their codes.
    return known === undefined
      ? (await this.#figures.offered(sight.seen)).opens
      : periodOfCode(known.period as PeriodCode);
  }
}

const scopeNameOf = (scope: ReachScope): string =>
  scope.kind === 'programme' ? 'programme' : `${scope.kind}:${scope.id}`;
