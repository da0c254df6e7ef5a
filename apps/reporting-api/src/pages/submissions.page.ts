import { parsePeriod } from '@kinledger/domain';
import { CurrentCaller, Problem, Roles, type Caller } from '@kinledger/service-kit';
import { Controller, Get, Header, Param, Query } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { z } from 'zod';
import { Figures } from '../figures/figures.js';
import { seenBy } from '../figures/seen.js';
import {
  datasetName,
  type DatasetOfService,
  instantName,
  findingName,
  titleOf,
  reasonName,
  byRowName,
  rowName,
  stateColour,
  stateName,
} from '@kinledger/page-kit/names';
import { submissionFor, Submissions, type SubmissionView } from '../submissions/submissions.js';
import { PageRenderer } from '@kinledger/page-kit';

const PAGE_ROWS = 50;
const MAX_UNSUBMITTED = 20;
const pageNumber = 'expected the number of a page, from 1';
const query = z.object({
  page: z.coerce.number(pageNumber).int(pageNumber).min(1, pageNumber).max(100_000, pageNumber).default(1),
});
const id = z.string().max(64);

@ApiExcludeController()
@Roles('reader', 'data-team', 'operator')
@Controller('submissions')
export class SubmissionsPage {
  readonly #submissions: Submissions;
  readonly #figures: Figures;
  readonly #renderer: PageRenderer;

  constructor(submissions: Submissions, figures: Figures, renderer: PageRenderer) {
    this.#submissions = submissions;
    this.#figures = figures;
    this.#renderer = renderer;
  }

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  async page(
    @CurrentCaller() caller: Caller,
    @Query({ schema: query }) { page }: z.infer<typeof query>,
  ): Promise<string> {
    const [submitted, waiting, datasets, frame] = await Promise.all([
      this.#submissions.page({ submitted: true, limit: PAGE_ROWS, offset: (page - 1) * PAGE_ROWS }),
      this.#submissions.page({ submitted: false, limit: MAX_UNSUBMITTED, offset: 0 }),
      this.#figures.datasets(),
      this.#figures.programme(),
    ]);
    const pages = Math.max(1, Math.ceil(submitted.total / PAGE_ROWS));
    if (page > pages) {
      throw new Problem(404, 'not-found', {
        detail: `The list of submissions has ${pages} ${pages === 1 ? 'page' : 'pages'}.`,
      });
    }
    const named = (row: SubmissionView) => withNames(submissionFor(caller, row), datasets);
    return this.#renderer.render('submissions.njk', {
      section: 'submissions',
      ...frame,
      withRows: seenBy(caller) === 'exact',
      total: submitted.total,
      rows: submitted.submissions.map(named),
      unsubmitted: { total: waiting.total, rows: waiting.submissions.map(named) },
      page,
      pages,
      pagination:
        pages === 1
          ? undefined
          : {
              landmarkLabel: 'Pages of submissions',
              ...(page > 1 ? { previous: { href: `/submissions?page=${page - 1}`, text: 'Newer' } } : {}),
              ...(page < pages ? { next: { href: `/submissions?page=${page + 1}`, text: 'Older' } } : {}),
            },
    });
  }

  @Get(':id')
  @Header('content-type', 'text/html; charset=utf-8')
  async one(@CurrentCaller() caller: Caller, @Param('id', { schema: id }) wanted: string): Promise<string> {
    const found = /^[0-9a-f]{32}$/.test(wanted) ? await this.#submissions.find(wanted) : undefined;
    if (found === undefined) {
      throw new Problem(404, 'submission-unknown', { detail: 'There is no submission at this address.' });
    }
    const [datasets, replaced, frame] = await Promise.all([
      this.#figures.datasets(),
      this.#submissions.placesOf(found.supersedes),
      this.#figures.programme(),
    ]);
    const row = withNames(submissionFor(caller, found), datasets);
    return this.#renderer.render('submission.njk', {
      section: 'submissions',
      ...frame,
      withRows: seenBy(caller) === 'exact',
      row,
      facts: [
        fact('State', row.stateName),
        ...(row.reasonName === undefined ? [] : [fact('Reason', row.reasonName)]),
        fact('Provider', row.providerName),
        fact('Number in its period', row.sequence),
        fact('Place in the order of submission', row.intake),
        fact('Attested by', row.attestedBy),
        ...(row.onBehalfOf === null ? [] : [fact('On behalf of', titleOf(row.onBehalfOf))]),
        fact('Uploaded', row.since === null ? null : instantName(row.since)),
        fact('Decided at ledger position', row.closedAt),
        fact('Id', row.submission ?? row.upload),
      ],
      replaced: replaced.map((earlier) => ({
        href: `/submissions/${earlier.id}`,
        text: `Submission ${earlier.intake.toLocaleString('en-GB')} in order`,
      })),
      intake: rowCounts(row.counts),
      findings: findingCounts(row.findings),
      linkage: rowCounts(row.outcomes),
    });
  }
}

const fact = (key: string, value: string | number | null) => ({
  key: { text: key },
  value: { text: (typeof value === 'number' ? value.toLocaleString('en-GB') : value) ?? '–' },
});

/** A row with names in place of codes. */
function withNames(row: SubmissionView, datasets: ReadonlyMap<string, DatasetOfService>) {
  const reason = row.reason === null ? undefined : reasonName(row.reason);
  return {
    ...row,
    id: row.submission ?? row.upload,
    datasetName: row.dataset === null ? 'Dataset not known' : datasetName(row.dataset, datasets),
    periodName: row.period === null ? 'Period not known' : (parsePeriod(row.period)?.label ?? row.period),
    providerName: row.provider === null ? 'Provider not known' : titleOf(row.provider),
    stateName: stateName(row.state),
    stateColour: stateColour(row.state),
    reasonName: reason,
  };
}

type Counts = Readonly<Record<string, number>> | null;

const rowCounts = (counts: Counts) =>
  Object.entries(counts ?? {})
    .sort(([left], [right]) => byRowName(left, right))
    .map(([code, value]) => ({ name: rowName(code), value }));

/** Findings, most frequent first. */
const findingCounts = (counts: Counts) =>
  Object.entries(counts ?? {})
    .sort(([leftCode, left], [rightCode, right]) => right - left || (leftCode < rightCode ? -1 : 1))
    .map(([code, value]) => ({ name: findingName(code), value }));
