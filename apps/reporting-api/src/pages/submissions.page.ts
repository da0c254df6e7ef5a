import { Problem, Roles } from '@kinledger/service-kit';
import { Controller, Get, Header, Param, Query, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { z } from 'zod';
import { Figures } from '../figures/figures.js';
import { Submissions, type SubmissionView } from '../submissions/submissions.js';
import { PageProblemFilter } from './page-problem.filter.js';
import { PageRenderer } from './page-renderer.js';
import { reasonText } from './reason-texts.js';

const PAGE_ROWS = 50;
const query = z.object({ page: z.coerce.number().int().min(1).max(100_000).default(1) });
const id = z.string().max(64);

/** What a state is called on a page, and its colour in the design system. */
const states: Readonly<Record<string, readonly [string, string]>> = {
  validated: ['Checked, not submitted', 'govuk-tag--grey'],
  refused: ['Refused', 'govuk-tag--red'],
  discarded: ['Discarded', 'govuk-tag--grey'],
  accepted: ['Accepted', 'govuk-tag--light-blue'],
  pseudonymised: ['Pseudonymised', 'govuk-tag--blue'],
  unprocessable: ['Cannot be processed', 'govuk-tag--red'],
  linked: ['Linked', 'govuk-tag--green'],
  withdrawn: ['Withdrawn', 'govuk-tag--orange'],
  parked: ['Parked', 'govuk-tag--red'],
};

@ApiExcludeController()
@Roles('reader', 'data-team', 'operator')
@UseFilters(PageProblemFilter)
@Controller('submissions')
export class SubmissionsPage {
  constructor(
    private readonly submissions: Submissions,
    private readonly figures: Figures,
    private readonly renderer: PageRenderer,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  async page(@Query({ schema: query }) { page }: z.infer<typeof query>): Promise<string> {
    const { total, submissions } = await this.submissions.page({
      limit: PAGE_ROWS,
      offset: (page - 1) * PAGE_ROWS,
    });
    const pages = Math.max(1, Math.ceil(total / PAGE_ROWS));
    return this.renderer.render('submissions.njk', {
      section: 'submissions',
      ...(await this.frame()),
      total,
      rows: submissions.map(decorate),
      pagination:
        pages === 1
          ? undefined
          : {
              ...(page > 1 ? { previous: { href: `/submissions?page=${page - 1}` } } : {}),
              ...(page < pages ? { next: { href: `/submissions?page=${page + 1}` } } : {}),
            },
    });
  }

  @Get(':id')
  @Header('content-type', 'text/html; charset=utf-8')
  async one(@Param('id', { schema: id }) wanted: string): Promise<string> {
    const row = /^[0-9a-f]{32}$/.test(wanted) ? await this.submissions.find(wanted) : undefined;
    if (row === undefined) {
      throw new Problem(404, 'submission-unknown', { detail: 'There is no submission at this address.' });
    }
    const fact = (key: string, text: string | number | null) => ({
      key: { text: key },
      value: { text: text ?? '–' },
    });
    return this.renderer.render('submission.njk', {
      section: 'submissions',
      ...(await this.frame()),
      row: decorate(row),
      facts: [
        fact('State', decorate(row).stateText),
        ...(row.reason === null ? [] : [fact('Reason', `${reasonText(row.reason)} (${row.reason})`)]),
        fact('Submission', row.submission),
        fact('Order of intake', row.intake),
        fact('Number in its period', row.sequence),
        fact('Attested by', row.attestedBy),
        ...(row.onBehalfOf === null ? [] : [fact('On behalf of', row.onBehalfOf)]),
        fact('Since', row.since),
        fact('Decided at ledger position', row.closedAt),
        ...(row.supersedes.length === 0 ? [] : [fact('Replaces', row.supersedes.join(', '))]),
      ],
      intake: counted(row.counts),
      findings: counted(row.findings),
      linkage: counted(row.outcomes),
    });
  }

  private async frame(): Promise<{ programme: string; position: number }> {
    const { programme, position } = await this.figures.quarters({ kind: 'programme' });
    return { programme, position };
  }
}

const decorate = (row: SubmissionView) => {
  const [stateText, stateColour] = states[row.state] ?? [row.state, 'govuk-tag--grey'];
  // Where nothing goes on by itself, whoever looks should see why without opening the page.
  const waits = row.state === 'parked' || row.state === 'unprocessable';
  const why = waits && row.reason !== null ? reasonText(row.reason) : undefined;
  return { ...row, id: row.submission ?? row.upload, stateText, stateColour, why };
};

const counted = (counts: Readonly<Record<string, number>> | null) =>
  Object.entries(counts ?? {}).map(([name, value]) => ({
    name: name.replaceAll('-', ' ').replace(/^./, (first) => first.toUpperCase()),
    value,
  }));
