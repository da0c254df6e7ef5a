import type { Period } from '@kinledger/domain';
import {
  collectiveImpact,
  columnNames,
  impactCohort,
  feedback,
  impactLinkage,
  minimumReached,
  outcomes,
  populationReached,
  reach,
  reachByCharacteristic,
  reachByPriority,
  reachByServicesUsed,
  reachColumns,
  type Figure,
} from '@kinledger/figures';
import { Injectable } from '@nestjs/common';
import { Figures, type FigureRowsAnswer } from '../figures/figures.js';
import { learningYearAsked, learningYearOf, type LearningYear } from '../figures/learning-year.js';
import { ReadModels } from '../read-models/read-models.js';
import {
  aboutYear,
  areaSection,
  breakdowns,
  minimumSection,
  pairFigures,
  pairSections,
  prioritySection,
  servicesUsedSection,
} from './annual-learning-sections.js';
import { collectiveImpactSections } from './collective-impact-sections.js';
import { reachSection, type PartOf } from './reach-sections.js';
import type { Report } from './report.js';
import { theorySections } from './theory-of-change-sections.js';

/** Reports about what the programme learns, for its own team: none of their figures closes with a quarter. */
@Injectable()
export class LearningReports {
  readonly #readModels: ReadModels;
  readonly #figures: Figures;

  constructor(readModels: ReadModels, figures: Figures) {
    this.#readModels = readModels;
    this.#figures = figures;
  }

  /** Collective impact of the results of a period, or of all if it is undefined. */
  async ofCollectiveImpact(period: Period | undefined): Promise<Report> {
    return this.#readModels.onOneState(async () => {
      const label = period?.label ?? 'All periods';
      const theory = await this.#figures.theoryOfChange();
      const sections = collectiveImpactSections(
        theory?.collectiveImpact ?? [],
        {
          cohort: await this.#rows(impactCohort, period),
          linkage: await this.#rows(impactLinkage, period),
          impact: await this.#rows(collectiveImpact, period),
        },
        { label, measures: theory?.measures ?? [] },
      );
      return {
        ...(await this.#frame('Collective impact', period)),
        parts: [
          {
            title: label,
            about:
              'Outcomes of children, by the services that their family had used before the day of the score, whichever those were. What is found is an association.',
            sections,
          },
        ],
      };
    });
  }

  /**
   * What the programme learns of a year about whom it reached and how, against the area; of the year of the latest file if none is
   * asked for. @throws Problem 400 for a text that is no year of the programme’s kind, 404 for one that has not begun.
   */
  async ofYear(asked: string | undefined): Promise<Report> {
    return this.#readModels.onOneState(async () => {
      const kind = await this.#figures.learningYearKind();
      const { opens } = await this.#figures.offered('exact');
      const year = asked === undefined ? learningYearOf(opens, kind) : learningYearAsked(asked, kind);
      const of: PartOf = {
        ...{ key: 'year', scope: 'programme', scopeName: 'Whole programme', label: year.label },
      };
      const names = new Map((await this.#figures.services()).map(({ service, name }) => [service, name]));
      const population = await this.#rows(populationReached, year);
      const reached = await this.#rows(reachByCharacteristic, year);
      const pairs: FigureRowsAnswer[] = [];
      for (const figure of pairFigures) pairs.push(await this.#rows(figure, year));
      return {
        ...(await this.#frame('Annual learning', year)),
        parts: [
          {
            title: year.label,
            about: aboutYear(year, opens),
            sections: [
              reachSection(of, await this.#rows(reach, year), columnNames(reachColumns)),
              ...breakdowns.map((breakdown) => areaSection(of, breakdown, { reached, population })),
              servicesUsedSection(of, await this.#rows(reachByServicesUsed, year)),
              ...pairSections(of, pairs, (service) => names.get(service) ?? service),
              prioritySection(of, await this.#rows(reachByPriority, year)),
              minimumSection(of, await this.#rows(minimumReached, year)),
            ],
          },
        ],
      };
    });
  }

  /** The theory of change, with what the data of a period says of each outcome, or of all periods if it is undefined. */
  async ofTheory(period: Period | undefined): Promise<Report> {
    return this.#readModels.onOneState(async () => {
      const label = period?.label ?? 'All periods';
      const theory = await this.#figures.theoryOfChange();
      const question = { by: 'period', period, seen: 'exact' } as const;
      const sections =
        theory === undefined
          ? [
              {
                ...{ id: 'theory-none', title: 'Domains and outcomes', tables: [] },
                finding: 'The programme’s definition has no theory of change.',
              },
            ]
          : theorySections(
              theory,
              {
                pairs: await this.#figures.rows(outcomes, question),
                feedback: await this.#figures.rows(feedback, question),
                impact: await this.#rows(collectiveImpact, period),
                administrative: new Set(
                  (await this.#figures.services()).flatMap(({ service, administrative }) =>
                    administrative ? [service] : [],
                  ),
                ),
              },
              label,
            );
      return {
        ...(await this.#frame('Theory of change', period)),
        parts: [
          {
            title: label,
            about:
              'What the programme means to change, the measures of each outcome, and what the data says of them, or that none was collected.',
            sections,
          },
        ],
      };
    });
  }

  /** The years on offer, earliest first. */
  async years(): Promise<readonly LearningYear[]> {
    const kind = await this.#figures.learningYearKind();
    const { quarters, academicYears } = await this.#figures.offered('exact');
    if (kind === 'academic') return academicYears;
    const years = quarters.map((quarter) => learningYearOf(quarter, kind));
    return [...new Map(years.map((year) => [year.code, year])).values()];
  }

  #rows(figure: Figure, period: LearningYear | undefined): Promise<FigureRowsAnswer> {
    return this.#figures.rows(figure, { by: 'period', period, scope: 'programme', seen: 'exact' });
  }

  async #frame(title: string, period: LearningYear | undefined): Promise<Omit<Report, 'parts'>> {
    const { programme, position, behindSince } = await this.#figures.programme();
    return {
      ...{ title, of: 'Whole programme', programme, position, behindSince },
      ...{ period: period?.code ?? 'all', label: period?.label ?? 'All periods' },
      definition: await this.#figures.definition(),
    };
  }
}
