import { parsePeriod } from '@kinledger/domain';
import { PageRenderer } from '@kinledger/page-kit';
import {
  byRowName,
  datasetName,
  findingName,
  instantName,
  rowName,
  stateColour,
  stateName,
  titleOf,
  type DatasetOfService,
} from '@kinledger/page-kit/names';
import { CurrentCaller, Problem, Roles, type Caller } from '@kinledger/service-kit';
import { Controller, Get, Header, Param, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { IntakeContext } from '../intake-context.js';
import { MAX_INTAKE } from '../submissions/submission.js';
import { SubmissionService } from '../submissions/submission-service.js';
import type { SubmissionView } from '../submissions/submission-view.js';
import { UploadService } from '../uploads/upload-service.js';

const PAGE_ROWS = 50;
const placeNumber = 'expected a place in the order of submission';
const query = z.object({
  before: z.coerce
    .number(placeNumber)
    .int(placeNumber)
    .min(1, placeNumber)
    .max(MAX_INTAKE, placeNumber)
    .optional(),
});
const id = z.string().max(64);

/** Shows a provider its own files, and the data team everybody's. */
@ApiExcludeController()
@Roles('provider', 'data-team')
@Controller()
export class FilesPage {
  readonly #submissions: SubmissionService;
  readonly #uploads: UploadService;
  readonly #renderer: PageRenderer;
  readonly #programme: string;
  readonly #datasets: ReadonlyMap<string, DatasetOfService>;

  constructor(
    submissions: SubmissionService,
    uploads: UploadService,
    renderer: PageRenderer,
    { programme: { definition } }: IntakeContext,
  ) {
    this.#submissions = submissions;
    this.#uploads = uploads;
    this.#renderer = renderer;
    this.#programme = definition.name;
    const services = new Map(definition.services.map((service) => [service.id, service.name]));
    this.#datasets = new Map(
      definition.datasets.map(({ id: dataset, service, dataType }) => [
        dataset,
        { dataset, serviceName: services.get(service) ?? service, dataType },
      ]),
    );
  }

  /** The front page redirects to the files. */
  @Get()
  async home(@Res() reply: FastifyReply): Promise<void> {
    // Awaited, because otherwise Fastify would answer a second time before its hooks are done.
    await reply.redirect('/files', 302);
  }

  @Get('files')
  @Header('content-type', 'text/html; charset=utf-8')
  async page(
    @CurrentCaller() caller: Caller,
    @Query({ schema: query }) { before }: z.infer<typeof query>,
  ): Promise<string> {
    const found = await this.#submissions.list(caller, { before, limit: PAGE_ROWS + 1 });
    const shown = found.slice(0, PAGE_ROWS);
    const last = shown.at(-1);
    return this.#renderer.render('files.njk', {
      section: 'files',
      programme: this.#programme,
      rows: shown.map((submission) => this.#named(submission)),
      pagination:
        found.length > PAGE_ROWS && last !== undefined
          ? { landmarkLabel: 'Older files', next: { href: `/files?before=${last.intake}`, text: 'Older' } }
          : undefined,
    });
  }

  @Get('files/:id')
  @Header('content-type', 'text/html; charset=utf-8')
  async one(@CurrentCaller() caller: Caller, @Param('id', { schema: id }) wanted: string): Promise<string> {
    if (!/^[0-9a-f]{32}$/.test(wanted)) {
      throw new Problem(404, 'submission-unknown', { detail: 'There is no file of yours at this address.' });
    }
    const submission = await this.#submissions.view(caller, wanted);
    const upload = await this.#uploads.view(caller, submission.upload);
    const row = this.#named(submission);
    const findings = countsOf(upload.findings);
    return this.#renderer.render('file.njk', {
      section: 'files',
      programme: this.#programme,
      row,
      facts: [
        fact('State', row.stateName),
        fact('Provider', titleOf(submission.provider)),
        fact('Number in its period', submission.sequence),
        fact('Place in the order of submission', submission.intake),
        fact('Submitted', row.submitted),
        fact('Attested by', submission.attestedBy),
        ...(submission.onBehalfOf === undefined
          ? []
          : [fact('On behalf of', titleOf(submission.onBehalfOf))]),
        ...(submission.withdrawal === undefined
          ? []
          : [
              fact('Withdrawn', `${instantName(submission.withdrawal.at)}, by ${submission.withdrawal.by}`),
              fact('Reason', titleOf(submission.withdrawal.reason)),
            ]),
        fact(
          'Rows deleted here',
          submission.rowsDeletedAt === undefined ? 'Not yet' : instantName(submission.rowsDeletedAt),
        ),
        fact('Id', submission.id),
      ],
      counts: countsOf(upload.counts).map(([code, value]) => ({ name: rowName(code), value })),
      findings: findings.map(([code, value]) => ({ name: findingName(code), value })),
      notes: upload.notes.map(({ message }) => message),
      // The report is deleted together with the rows.
      report:
        findings.length > 0 && submission.rowsDeletedAt === undefined
          ? `/v1/uploads/${submission.upload}/errors`
          : undefined,
    });
  }

  /** A submission with names instead of codes. */
  #named(submission: SubmissionView) {
    const { dataset, period, state, provider, acceptedAt } = submission;
    return {
      ...submission,
      datasetName: datasetName(dataset, this.#datasets),
      periodName: parsePeriod(period)?.label ?? period,
      providerName: titleOf(provider),
      stateName: stateName(state),
      stateColour: stateColour(state),
      submitted: instantName(acceptedAt),
    };
  }
}

const fact = (key: string, value: string | number) => ({
  key: { text: key },
  value: { text: typeof value === 'number' ? value.toLocaleString('en-GB') : value },
});

const countsOf = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).sort(([left], [right]) => byRowName(left, right));
