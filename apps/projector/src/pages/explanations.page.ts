import { lookReason } from '@kinledger/contracts';
import type { Explanation, PairExplanation } from '@kinledger/decisions';
import { PageRenderer } from '@kinledger/page-kit';
import { ageName, capitalised, instantName } from '@kinledger/page-kit/names';
import { ByForm, CurrentCaller, Problem, Roles, type Caller } from '@kinledger/service-kit';
import { Body, Controller, Get, Header, Param, Post, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { explanationUnknown } from '../explanations/explanations.controller.js';
import { Explanations } from '../explanations/explanations.js';
import { drawn } from './comparison-view.js';
import { pairView } from './pair-view.js';
import { ProgrammeNames } from './programme-names.js';
import { untilEnded } from './until-ended.js';

const text = z.string().max(2_000).default('');
const form = z.object({ subject: text, other: text, asAt: text, reason: text });
type Form = z.output<typeof form>;
const query = z.object({ subject: text, other: text });

/** As the golden dataset shows an id: with or without hyphens. */
const subject = z
  .string()
  .transform((typed) => typed.replaceAll(/[\s-]/g, '').toLowerCase())
  .pipe(
    z
      .string()
      .regex(/^[0-9a-f]{32}$/, 'Enter the id of a record or an individual: 32 digits and letters a to f'),
  );
const other = z
  .string()
  .transform((typed) => typed.replaceAll(/[\s-]/g, '').toLowerCase())
  .pipe(z.string().regex(/^(?:[0-9a-f]{32})?$/, 'Enter the id of another record, or leave it empty'))
  .transform((id) => (id === '' ? null : id));
const asAt = z
  .string()
  .transform((typed) => typed.replaceAll(/[\s,]/g, ''))
  .pipe(z.string().regex(/^\d{0,15}$/, 'Enter a ledger position as a whole number, or leave it empty'))
  .transform((digits) => (digits === '' ? undefined : Number(digits)));
const reason = z
  .string()
  .transform((typed) => typed.replaceAll(/\s+/g, ' '))
  .pipe(lookReason);
const asked = z.object({ subject, other, asAt, reason });

const id = z.string().max(64);

/** Where an auditor asks how an individual came to be, and reads the answer. */
@ApiExcludeController()
@Roles('auditor')
@Controller('explanations')
export class ExplanationsPage {
  readonly #explanations: Explanations;
  readonly #renderer: PageRenderer;
  readonly #programme: ProgrammeNames;

  constructor(explanations: Explanations, renderer: PageRenderer, programme: ProgrammeNames) {
    this.#explanations = explanations;
    this.#renderer = renderer;
    this.#programme = programme;
  }

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  page(
    @CurrentCaller() caller: Caller,
    @Query({ schema: query }) about: z.output<typeof query>,
  ): Promise<string> {
    return this.#form(caller, { ...about, asAt: '', reason: '' }, {});
  }

  @Post()
  @ByForm()
  async ask(
    @CurrentCaller() caller: Caller,
    @Body({ schema: form }) typed: Form,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const result = asked.safeParse(typed);
    if (!result.success) return this.#sendForm(reply, caller, typed, errorsOf(result.error));
    const { subject: about, other: mate, asAt: at, reason: why } = result.data;
    try {
      const question = {
        subject: about,
        other: mate,
        reason: why,
        ...(at === undefined ? {} : { asAt: at }),
      };
      const { id: made } = await this.#explanations.ask(question, caller);
      // Awaited, because otherwise Fastify would answer a second time before its hooks are done.
      await reply.redirect(`/explanations/${made}`, 303);
    } catch (error) {
      const field = error instanceof Problem ? fieldOf[error.code] : undefined;
      if (!(error instanceof Problem) || field === undefined) throw error;
      await this.#sendForm(reply, caller, typed, { [field]: error.detail ?? '' });
    }
  }

  @Get(':id')
  @Header('content-type', 'text/html; charset=utf-8')
  async one(@CurrentCaller() caller: Caller, @Param('id', { schema: id }) wanted: string): Promise<string> {
    const found = /^[0-9a-f]{32}$/.test(wanted)
      ? await untilEnded(() => this.#explanations.find(wanted, caller))
      : undefined;
    if (found === undefined) throw explanationUnknown();
    const { result, ...question } = found;
    return this.#renderer.render('explanation.njk', {
      section: 'explanations',
      programme: this.#programme.name,
      question: { ...question, age: ageName(question.askedAt) },
      ...(result === null ? {} : await this.#told(result)),
    });
  }

  async #told(result: Explanation | PairExplanation) {
    const { explanations: names } = this.#programme;
    if ('kind' in result) {
      const pair = pairView(result, (dataset) => names.datasetName(dataset));
      return { pair, charts: await drawn(pair.comparisons.map(({ comparison }) => comparison)) };
    }
    const explanation = names.viewOf(result);
    const comparisons = explanation.steps.flatMap(({ items }) =>
      items.flatMap(({ comparison }) => (comparison === undefined ? [] : [comparison])),
    );
    return { explanation, charts: await drawn(comparisons) };
  }

  async #sendForm(
    reply: FastifyReply,
    caller: Caller,
    typed: Form,
    errors: Partial<Record<keyof Form, string>>,
  ): Promise<void> {
    await reply
      .status(400)
      .type('text/html; charset=utf-8')
      .send(await this.#form(caller, typed, errors));
  }

  async #form(caller: Caller, typed: Form, errors: Partial<Record<keyof Form, string>>): Promise<string> {
    const kept = await this.#explanations.all(caller);
    return this.#renderer.render('explanations.njk', {
      section: 'explanations',
      programme: this.#programme.name,
      typed,
      errors,
      kept: kept.map((question) => ({
        ...question,
        asked: instantName(question.askedAt),
        stateName: states[question.state],
      })),
    });
  }
}

/** The field of the form that a problem is about. */
const fieldOf: Readonly<Record<string, keyof Form>> = {
  'position-beyond-ledger': 'asAt',
  'same-record': 'other',
};

const states = { waiting: 'Waiting', running: 'Being read for', done: 'Ready', failed: 'Failed' } as const;

const errorsOf = (error: z.ZodError): Partial<Record<keyof Form, string>> =>
  Object.fromEntries(error.issues.map(({ path, message }) => [String(path[0]), capitalised(message)]));
