import type { Period } from '@kinledger/domain';
import { collectiveImpact, impactCohort, impactLinkage, type Figure } from '@kinledger/figures';
import { Injectable } from '@nestjs/common';
import { Figures, type FigureRowsAnswer } from '../figures/figures.js';
import { ReadModels } from '../read-models/read-models.js';
import { collectiveImpactSections } from './collective-impact-sections.js';
import type { Report } from './report.js';

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

  #rows(figure: Figure, period: Period | undefined): Promise<FigureRowsAnswer> {
    return this.#figures.rows(figure, { by: 'period', period, scope: 'programme', seen: 'exact' });
  }

  async #frame(title: string, period: Period | undefined): Promise<Omit<Report, 'parts'>> {
    const { programme, position, behindSince } = await this.#figures.programme();
    return {
      ...{ title, of: 'Whole programme', programme, position, behindSince },
      ...{ period: period?.code ?? 'all', label: period?.label ?? 'All periods' },
      definition: await this.#figures.definition(),
    };
  }
}
