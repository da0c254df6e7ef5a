import { periodOfCode, type Period } from '@kinledger/domain';
import type { PeriodCode } from '@kinledger/contracts';
import {
  columnNames,
  columnsOfOwnRows,
  populationReached,
  reach,
  reachByCharacteristic,
  reachUncertainty,
  reachByDeprivation,
  reachColumns,
  type ReachScope,
} from '@kinledger/figures';
import { Problem } from '@kinledger/service-kit';
import { Injectable } from '@nestjs/common';
import { Figures } from '../figures/figures.js';
import { ReadModels } from '../read-models/read-models.js';
import { MeetingActions } from '../meetings/meeting-actions.js';
import { ClosedQuarters } from '../quarters/closed-quarters.js';
import { Submissions } from '../submissions/submissions.js';
import { actionsSections } from './data-meeting-sections.js';
import { figureSection } from './figure-section.js';
import { shownFigures } from './presentations.js';
import { placesSection, removedSection } from './programme-sections.js';
import type { ReportSight } from './report-access.js';
import { publishedSection } from './published-section.js';
import { coverageSection, qualitySections, timeliness } from './quality-sections.js';
import { leftOutSection, lifetimeLeftOutSection } from './left-out-section.js';
import { deprivationSection, quartersSection, reachSection, type PartOf } from './reach-sections.js';
import type { Report, ReportPart, ReportSection } from './report.js';
import { usersSections } from './users-sections.js';

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
  readonly #actions: MeetingActions;

  constructor(
    readModels: ReadModels,
    figures: Figures,
    submissions: Submissions,
    quarters: ClosedQuarters,
    actions: MeetingActions,
  ) {
    this.#readModels = readModels;
    this.#figures = figures;
    this.#submissions = submissions;
    this.#quarters = quarters;
    this.#actions = actions;
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

  /**
   * The pack of a service’s data meeting: reach of the quarter against its target, the quality of its files, and the actions.
   * @throws Problem 404 for an unknown service, or a period that has not begun.
   */
  async ofMeeting(service: string, { period: asked, sight }: ReportQuestion): Promise<Report> {
    return this.#readModels.onOneState(async () => {
      const scopeName = await this.serviceName(service);
      const scope: ReachScope = { kind: 'service', id: service };
      const period = asked ?? (await this.#latest(scope, sight));
      const of = partOf(scope, scopeName, period);
      const columns = sight.shows === 'own rows' ? columnsOfOwnRows : columnNames(reachColumns);
      const question = { by: 'period' as const, period, scope: of.scope, seen: sight.seen };
      const sections = [
        reachSection(of, await this.#figures.rows(reach, question), columns),
        quartersSection(of, await this.#figures.quarters(sight.seen, scope), columns),
        ...(await this.#others(of, question, {
          sight,
          wanted: ['reach-new-and-returning', 'targets', 'participation', 'feedback', 'outcomes'],
        })),
        ...(await this.#filesOf(scope, of, { period, sight, withCoverage: true, byPeriod: false })),
      ];
      return {
        ...(await this.#standing()),
        ...{ title: `${scopeName}: service data meeting`, of: scopeName },
        ...{ period: period.code, label: period.label },
        parts: [
          {
            title: period.label,
            about: `What the meeting about ${period.label} looks at.`,
            sections,
          },
          await this.#actionsPart(service, scopeName),
        ],
      };
    });
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
    return {
      ...(await this.#standing()),
      ...{ title: 'Data quality', of: scopeName, period: period?.code ?? 'all', label },
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
      // Actions are the service’s and the team’s business, and no figures.
      ...(scope.kind === 'service' && sight.shows !== 'figures that close'
        ? [await this.#actionsPart(scope.id, scopeName)]
        : []),
    ];
    return {
      ...(await this.#standing()),
      ...{ title, of: scopeName, period: period.code, label: period.label, parts },
    };
  }

  /** What every report says of the state that it stands at. */
  async #standing(): Promise<Pick<Report, 'programme' | 'position' | 'behindSince' | 'definition'>> {
    return { ...(await this.#figures.programme()), definition: await this.#figures.definition() };
  }

  async #actionsPart(service: string, scopeName: string): Promise<ReportPart> {
    const actions = await this.#readModels.read(({ client }) => this.#actions.ofService(service, client));
    return {
      title: 'Actions',
      about: 'What the service’s data meetings agreed on, of whichever quarter.',
      sections: actionsSections({ key: 'meeting', scopeName }, actions, this.#figures.today),
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
    const of = partOf(scope, scopeName, period);
    const question = { by: 'period' as const, period, scope: of.scope, seen: sight.seen };
    const isWhole = scope.kind === 'programme';
    const isPublished = sight.shows === 'figures that close';
    const columns = sight.shows === 'own rows' ? columnsOfOwnRows : columnNames(reachColumns);
    if (isPublished && period === undefined)
      return [
        quartersSection(of, await this.#figures.quarters(sight.seen, scope), columns),
        ...(await this.#filesOf(scope, of, { period, sight, withCoverage: true, byPeriod: false })),
        lifetimeLeftOutSection(of),
      ];
    const own = await this.#figures.rows(reach, question);
    const deprivation =
      sight.shows === 'own rows' ? undefined : await this.#figures.rows(reachByDeprivation, question);
    const others = await this.#others(of, question, { sight });
    const users =
      sight.shows === 'everything'
        ? usersSections(of, await this.#figures.rows(reachByCharacteristic, question), {
            population: await this.#figures.rows(populationReached, question),
            certainty: await this.#figures.rows(reachUncertainty, question),
            // The same characteristics of a period and of the lifetime have charts once.
            isDrawn: period !== undefined,
          })
        : [];
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
      ...users,
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

  /** Sections of the figures beyond reach that a caller sees: of all, or of those that are wanted, by id. */
  async #others(
    of: PartOf,
    question: Parameters<Figures['rows']>[1],
    { sight: { shows }, wanted }: { readonly sight: ReportSight; readonly wanted?: readonly string[] },
  ): Promise<readonly ReportSection[]> {
    const sections: (ReportSection | undefined)[] = [];
    // A reader sees figures that close with a quarter alone; a provider those that its own rows say.
    for (const [figure, presentation] of shows === 'figures that close' ? [] : shownFigures) {
      if (shows === 'own rows' && presentation.own === undefined) continue;
      if (wanted !== undefined && !wanted.includes(figure.id)) continue;
      const answer = await this.#figures.rows(figure, question);
      const extent = shows === 'own rows' ? shows : 'everything';
      sections.push(figureSection(of, figure, answer, presentation, extent));
    }
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

/** The part of a report about a period, or about the lifetime if it is undefined. */
const partOf = (scope: ReachScope, scopeName: string, period: Period | undefined): PartOf => ({
  key: period === undefined ? 'lifetime' : 'period',
  scope: scopeNameOf(scope),
  scopeName,
  label: period?.label ?? 'Lifetime',
});

const scopeNameOf = (scope: ReachScope): string =>
  scope.kind === 'programme' ? 'programme' : `${scope.kind}:${scope.id}`;
