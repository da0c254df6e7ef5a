import { parsePeriod } from '@kinledger/domain';
import { PageRenderer } from '@kinledger/page-kit';
import {
  byRowName,
  datasetName,
  findingName,
  instantName,
  reasonName,
  rowName,
  stateColour,
  stateName,
  titleOf,
  type DatasetOfService,
} from '@kinledger/page-kit/names';
import { ByForm, CurrentCaller, Problem, Roles, type Caller } from '@kinledger/service-kit';
import { Body, Controller, Get, Header, Param, Post, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { IntakeContext } from '../intake-context.js';
import { currentVersion, currentWords } from '../submissions/attestation.js';
import type { SubmissionStep } from '../submissions/submission-history.js';
import { MAX_INTAKE } from '../submissions/submission.js';
import { SubmissionService } from '../submissions/submission-service.js';
import type { SubmissionView } from '../submissions/submission-view.js';
import { UploadService } from '../uploads/upload-service.js';
import type { UploadView } from '../uploads/upload-view.js';
import { howColumnRead, howRead } from './how-read.js';
import { datasetsByName } from './dataset-names.js';

const PAGE_ROWS = 50;
const MAX_WAITING = 50;
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
const submitForm = z.object({
  mode: z.enum(['replace', 'add']).default('replace'),
  /** Version of the words whose box is ticked. */
  attest: z.coerce.number().int().positive().optional(),
  confirmRetiring: z
    .literal('yes')
    .optional()
    .transform((ticked) => ticked === 'yes'),
});
type SubmitForm = z.output<typeof submitForm>;

/** Shows a provider its own files, and the data team everybody's: the checked ones, then the submitted ones. */
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
    this.#datasets = datasetsByName(definition);
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
    const [waiting, found] = await Promise.all([
      before === undefined ? this.#uploads.waiting(caller, MAX_WAITING) : [],
      this.#submissions.list(caller, { before, limit: PAGE_ROWS + 1 }),
    ]);
    const shown = found.slice(0, PAGE_ROWS);
    const last = shown.at(-1);
    return this.#renderer.render('files.njk', {
      section: 'files',
      programme: this.#programme,
      waiting: waiting.map((upload) => ({
        ...this.#named(upload),
        received: instantName(upload.receivedAt),
        expires: instantName(upload.expiresAt),
      })),
      rows: shown.map((submission) => ({
        ...this.#named({
          ...submission,
          state:
            submission.state === 'withdrawn'
              ? submission.state
              : (submission.decision?.outcome ?? submission.state),
        }),
        submitted: instantName(submission.acceptedAt),
      })),
      pagination:
        found.length > PAGE_ROWS && last !== undefined
          ? { landmarkLabel: 'Older files', next: { href: `/files?before=${last.intake}`, text: 'Older' } }
          : undefined,
    });
  }

  @Get('files/submitted/:id')
  @Header('content-type', 'text/html; charset=utf-8')
  async submitted(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) wanted: string,
  ): Promise<string> {
    const submission = await this.#submissions.view(caller, idOf(wanted));
    const [upload, history] = await Promise.all([
      this.#uploads.view(caller, submission.upload),
      this.#submissions.history(caller, submission.id),
    ]);
    const { onBehalfOf, attestation, withdrawal, rowsDeletedAt } = submission;
    const state = submission.decision?.outcome ?? submission.state;
    const facts = [
      fact('Number in its period', submission.sequence),
      fact('Place in the order of submission', submission.intake),
      fact('Submitted', instantName(submission.acceptedAt)),
      fact('Attested by', submission.attestedBy),
      ...(onBehalfOf === undefined ? [] : [fact('On behalf of', titleOf(onBehalfOf))]),
      fact(
        'Confirmed',
        attestation === undefined
          ? 'No words: the account submitted the file by the interface for programs'
          : (attestation.words ?? `Version ${attestation.version} of the words`),
      ),
      ...(withdrawal === undefined
        ? []
        : [
            fact('Withdrawn', `${instantName(withdrawal.at)}, by ${withdrawal.by}`),
            fact('Reason', titleOf(withdrawal.reason)),
          ]),
      fact('Rows deleted here', rowsDeletedAt === undefined ? 'Not yet' : instantName(rowsDeletedAt)),
    ];
    return this.#file(
      { ...submission, state: withdrawal === undefined ? state : 'withdrawn' },
      upload,
      rowsDeletedAt !== undefined,
      { facts, history },
    );
  }

  @Get('files/checked/:id')
  @Header('content-type', 'text/html; charset=utf-8')
  async checked(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) wanted: string,
  ): Promise<string> {
    return this.#checkedPage(await this.#uploads.view(caller, idOf(wanted)));
  }

  /** Submits a checked file for the person who ticks the words of the attestation. */
  @Post('files/checked/:id/submit')
  @ByForm()
  async submit(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) wanted: string,
    @Body({ schema: submitForm }) form: SubmitForm,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const upload = await this.#uploads.view(caller, idOf(wanted));
    if (form.attest === undefined) {
      const page = this.#checkedPage(upload, {
        ...form,
        error: 'Confirm the words, or do not submit the file',
      });
      await reply.status(400).type('text/html; charset=utf-8').send(page);
      return;
    }
    const { id: submission } = await this.#submissions.submit(caller, upload.id, form);
    // Awaited, because otherwise Fastify would answer a second time before its hooks are done.
    await reply.redirect(`/files/submitted/${submission}`, 303);
  }

  #checkedPage(upload: UploadView, typed?: SubmitForm & { readonly error: string }): string {
    const isHeld = upload.state === 'validated' || upload.state === 'refused';
    const facts = [
      ...(upload.reason === undefined ? [] : [fact('Reason', reasonName(upload.reason))]),
      fact('Received', instantName(upload.receivedAt)),
      fact('Read as', howRead(upload.read)),
      ...(isHeld ? [fact('Deleted unless submitted before', instantName(upload.expiresAt))] : []),
    ];
    const form =
      upload.state === 'validated'
        ? {
            mode: typed?.mode ?? 'replace',
            error: typed?.error,
            version: currentVersion('submission'),
            words: currentWords('submission'),
            retires: Math.max(
              upload.ifSubmitted?.replace?.retires ?? 0,
              upload.ifSubmitted?.add?.retires ?? 0,
            ),
          }
        : undefined;
    return this.#file(upload, upload, !isHeld, { facts, form });
  }

  /** The page of one file, whose error report goes with its rows. */
  #file(
    file: NamedByCodes,
    { id: upload, counts, findings, notes, savedMapping, read }: UploadView,
    rowsAreGone: boolean,
    { facts, history = [], form }: Told,
  ): string {
    const row = this.#named(file);
    const found = countsOf(findings);
    return this.#renderer.render('file.njk', {
      section: 'files',
      programme: this.#programme,
      row,
      facts: [
        fact('State', row.stateName),
        fact('Provider', row.providerName),
        ...facts,
        ...(read.columns === null || read.columns.length === 0
          ? []
          : [fact('Columns', read.columns.map(howColumnRead).join('; '))]),
        ...(savedMapping === undefined
          ? []
          : [fact('Read by', `Mapping ${savedMapping.id}, version ${savedMapping.version}`)]),
        fact('Id', file.id),
      ],
      counts: countsOf(counts).map(([code, value]) => ({ name: rowName(code), value })),
      findings: found.map(([code, value]) => ({ name: findingName(code), value })),
      notes: notes.map(({ message }) => message),
      form,
      history: history.map((step) => this.#step(step)),
      report: found.length > 0 && !rowsAreGone ? `/v1/uploads/${upload}/errors` : undefined,
    });
  }

  #step({ step, at, by, onBehalfOf, reason, intake, submission }: SubmissionStep) {
    const who =
      by === undefined || onBehalfOf === undefined ? by : `${by}, on behalf of ${titleOf(onBehalfOf)}`;
    // As the state of a file it says that nobody has submitted it yet.
    const code = step === 'validated' ? 'checked' : step;
    return {
      name: stateName(code),
      colour: stateColour(code),
      at: instantName(at),
      who: who ?? 'The platform',
      why: [
        ...(reason === undefined ? [] : [reasonName(reason)]),
        ...(intake === undefined
          ? []
          : [`Place ${intake.toLocaleString('en-GB')} in the order of submission`]),
      ].join('. '),
      other: submission,
    };
  }

  /** A file with names instead of codes. */
  #named<File extends NamedByCodes>(file: File) {
    return {
      ...file,
      datasetName: datasetName(file.dataset, this.#datasets),
      periodName: parsePeriod(file.period)?.label ?? file.period,
      providerName: titleOf(file.provider),
      stateName: stateName(file.state),
      stateColour: stateColour(file.state),
    };
  }
}

type NamedByCodes = Pick<UploadView | SubmissionView, 'id' | 'dataset' | 'period' | 'provider'> & {
  readonly state: string;
};
/** What the page of a file tells beside its counts. */
interface Told {
  readonly facts: readonly Fact[];
  readonly history?: readonly SubmissionStep[];
  readonly form?: object | undefined;
}
type Fact = ReturnType<typeof fact>;

/** @throws Problem 404 for what is no id. */
function idOf(wanted: string): string {
  if (/^[0-9a-f]{32}$/.test(wanted)) return wanted;
  throw new Problem(404, 'file-unknown', { detail: 'There is no file of yours at this address.' });
}

const fact = (key: string, value: string | number) => ({
  key: { text: key },
  value: { text: typeof value === 'number' ? value.toLocaleString('en-GB') : value },
});

const countsOf = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).sort(([left], [right]) => byRowName(left, right));
