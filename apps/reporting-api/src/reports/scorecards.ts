import { parsePeriod, type Period } from '@kinledger/domain';
import { feedback, outcomes, targets } from '@kinledger/figures';
import { titleOf } from '@kinledger/page-kit/names';
import { Problem } from '@kinledger/service-kit';
import { Injectable } from '@nestjs/common';
import { Figures } from '../figures/figures.js';
import { MeetingActions } from '../meetings/meeting-actions.js';
import { ReadModels } from '../read-models/read-models.js';
import { Submissions } from '../submissions/submissions.js';
import type { ReportSight } from './report-access.js';
import type { Report } from './report.js';
import {
  answersSection,
  filesSections,
  issuesSection,
  targetsSection,
  type ScoredService,
} from './scorecard-sections.js';

/** A trend is of so many quarters; earlier ones are shown where one of them is asked for. */
const MAX_QUARTERS = 8;

/** How a supplier’s services did, over quarters: for the programme’s own team, and the supplier itself. */
@Injectable()
export class Scorecards {
  readonly #readModels: ReadModels;
  readonly #figures: Figures;
  readonly #submissions: Submissions;
  readonly #actions: MeetingActions;

  constructor(readModels: ReadModels, figures: Figures, submissions: Submissions, actions: MeetingActions) {
    this.#readModels = readModels;
    this.#figures = figures;
    this.#submissions = submissions;
    this.#actions = actions;
  }

  /**
   * The scorecard of a provider, with the quarters up to the one asked for, or up to the latest with a file.
   * @throws Problem 404 for a provider without a service.
   */
  async ofSupplier(
    provider: string,
    { period, sight }: { readonly period: Period | undefined; readonly sight: ReportSight },
  ): Promise<Report> {
    return this.#readModels.onOneState(async () => {
      const supplier = titleOf(provider);
      const services = await this.#scored(provider, sight);
      const until = period ?? (await this.#latest(services));
      const { quarters } = await this.#figures.offered('exact');
      const shown = quarters.filter(({ start }) => start <= until.start).slice(-MAX_QUARTERS);
      const standing = await this.#figures.programme();
      const of = { supplier, position: standing.position };
      const codes = new Set<string>(shown.map(({ code }) => code));
      const within = services.map((service) => ({
        ...service,
        // Targets of an academic year stand beside those of its quarters.
        targets: service.targets.filter(({ targetPeriod }) => {
          const target = parsePeriod(String(targetPeriod));
          return target !== undefined && (codes.has(target.code) || target.kind === 'academic-year');
        }),
      }));
      return {
        ...standing,
        definition: await this.#figures.definition(),
        ...{ title: `${supplier}: supplier scorecard`, of: supplier },
        ...{ period: until.code, label: until.label },
        parts: [
          {
            title: `Up to ${until.label}`,
            about: `${services.length === 1 ? 'One service' : `${services.length} services`} of ${supplier}, quarter by quarter. Quarters are never added up.`,
            sections: [
              ...filesSections(of, within, shown),
              targetsSection(of, within),
              answersSection(of, within, shown),
              issuesSection(of, within),
            ],
          },
        ],
      };
    });
  }

  async #scored(provider: string, sight: ReportSight): Promise<readonly ScoredService[]> {
    const providers = await this.#figures.providers();
    const services = (await this.#figures.services()).filter(
      ({ service }) => providers.get(service) === provider,
    );
    if (services.length === 0)
      throw new Problem(404, 'scope-unknown', { detail: 'No service of the programme has this provider.' });
    const { rows } = await this.#submissions.quality();
    const scored: ScoredService[] = [];
    for (const { service, name } of services) {
      const asked = { seen: 'exact' as const, period: undefined, scope: `service:${service}` };
      const { rows: rated } = await this.#figures.rows(targets, { ...asked, by: 'period' });
      scored.push({
        ...{ service, name },
        quality: rows.filter((row) => row.service === service),
        feedback: (await this.#figures.rows(feedback, { ...asked, by: 'quarter' })).rows,
        outcomes: (await this.#figures.rows(outcomes, { ...asked, by: 'quarter' })).rows,
        // Families are connected by what other services told: for the programme’s own team alone.
        targets: rated.filter(({ of }) => sight.shows === 'everything' || of !== 'families'),
        actions: await this.#readModels.read(({ client }) => this.#actions.ofService(service, client)),
      });
    }
    return scored;
  }

  /** The latest quarter that one of the services sent a file for, or the one that pages open with. */
  async #latest(services: readonly ScoredService[]): Promise<Period> {
    const { quarters, opens } = await this.#figures.offered('exact');
    const sent = new Set(services.flatMap(({ quality }) => quality.map(({ period }) => period)));
    return quarters.findLast(({ code }) => sent.has(code)) ?? opens;
  }
}
