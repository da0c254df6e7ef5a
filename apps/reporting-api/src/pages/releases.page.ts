import { parsePeriod } from '@kinledger/domain';
import { PageRenderer } from '@kinledger/page-kit';
import { instantName, reasonName } from '@kinledger/page-kit/names';
import { CurrentCaller, Roles, type Caller } from '@kinledger/service-kit';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Figures } from '../figures/figures.js';
import { seenBy } from '../figures/seen.js';
import { ClosedQuarters, type ClosedQuarterView } from '../quarters/closed-quarters.js';

/** Every edition of every closed quarter: what left of it, who had it so, and what its audit found. */
@ApiExcludeController()
@Roles('reader', 'data-team', 'operator')
@Controller('releases')
export class ReleasesPage {
  readonly #quarters: ClosedQuarters;
  readonly #figures: Figures;
  readonly #renderer: PageRenderer;

  constructor(quarters: ClosedQuarters, figures: Figures, renderer: PageRenderer) {
    this.#quarters = quarters;
    this.#figures = figures;
    this.#renderer = renderer;
  }

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  async page(@CurrentCaller() caller: Caller): Promise<string> {
    const [quarters, frame] = await Promise.all([
      this.#quarters.all(seenBy(caller)),
      this.#figures.programme(),
    ]);
    return this.#renderer.render('releases.njk', {
      section: 'releases',
      ...frame,
      releases: quarters.map((quarter) => ({
        label: parsePeriod(quarter.period)?.label ?? quarter.period,
        edition: quarter.edition,
        became: becameOf(quarter),
        closing: quarter.closing,
        profile: quarter.versions.disclosure,
        audit: auditOf(quarter),
        digest: quarter.digest,
      })),
    });
  }
}

/** What became of an edition, each act with who asked for it and when. */
function becameOf({ standing, publishedAt, release, ended, closedAt, closedBy }: ClosedQuarterView) {
  const act = (name: string, { at, by, reason }: NonNullable<ClosedQuarterView['release']>): string =>
    `${name} ${instantName(at)}, by ${by}: ${reasonName(reason)}`;
  const closed = `Closed ${instantName(closedAt)}, by ${closedBy}`;
  if (standing === 'unpublished') return [publishedAt === null ? 'Being computed' : 'Not published', closed];
  const published = release === null ? 'Published when it closed' : act('Published', release);
  if (ended === null) return [published, closed];
  return [act(standing === 'withdrawn' ? 'Withdrawn' : 'Superseded', ended), published, closed];
}

function auditOf({ audit }: ClosedQuarterView): string {
  if (audit === null) return 'None';
  const { fewest, audited, narrowed, solver } = audit;
  const by = solver === undefined ? '' : ` (${solver})`;
  return narrowed === 0
    ? `Passed: each of ${audited.toLocaleString('en-GB')} suppressed counts can have ${fewest} values or more${by}`
    : `Not passed: ${narrowed.toLocaleString('en-GB')} of ${audited.toLocaleString('en-GB')} suppressed counts can have fewer than ${fewest} values${by}`;
}
