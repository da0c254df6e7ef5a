import { code, lookReason, recordId, referralId, reviewAnswer } from '@kinledger/contracts';
import { PageRenderer } from '@kinledger/page-kit';
import { ageName, capitalised, reasonName } from '@kinledger/page-kit/names';
import { ByForm, CurrentCaller, hasRole, Roles, type Caller } from '@kinledger/service-kit';
import { Body, Controller, Get, Header, Param, Post, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Examinations, referralUnknown } from '../reviews/examinations.js';
import { ReviewQueue } from '../reviews/review-queue.js';
import type { ReviewOrder } from '../reviews/review-orders.js';
import { examinationUnknown, Reviews, type ReviewAnswer } from '../reviews/reviews.js';
import { drawn } from './comparison-view.js';
import { ProgrammeNames } from './programme-names.js';
import { agreementSentence, ReviewNames, reviewReasons, undoReasons } from './review-view.js';
import { untilEnded } from './until-ended.js';

const PAGE_ROWS = 50;
const DECIDED_ROWS = 50;

const query = z.object({
  page: z.coerce.number('expected a page').int('expected a page').min(1).max(10_000).default(1),
  order: z.string().max(64).optional(),
});
const hex = z.string().max(64);
const look = z.object({ referral: referralId, reason: z.string().max(2_000).default('') });
const reason = z
  .string()
  .transform((typed) => typed.replaceAll(/\s+/g, ' '))
  .pipe(lookReason);
const answerForm = z.object({
  examination: z.string().regex(/^[0-9a-f]{32}$/),
  candidate: recordId,
  answer: reviewAnswer.optional(),
  reason: code.or(z.literal('')).default(''),
});
const undoForm = z.object({
  subject: recordId,
  candidate: recordId,
  reason: code.or(z.literal('')).default(''),
});

/** An answer that lacks something: it is shown again, as far as it goes. */
interface Unfinished {
  readonly candidate: string;
  readonly answer: ReviewAnswer | undefined;
  readonly reason: string;
}

const namesOf = (reasons: readonly string[]) => reasons.map((value) => ({ value, text: reasonName(value) }));

/** Where the data team answers about doubtful links, and sees what was decided. */
@ApiExcludeController()
@Controller('reviews')
export class ReviewsPage {
  readonly #queue: ReviewQueue;
  readonly #examinations: Examinations;
  readonly #reviews: Reviews;
  readonly #renderer: PageRenderer;
  readonly #programme: ProgrammeNames;
  readonly #names: ReviewNames;

  constructor(
    queue: ReviewQueue,
    examinations: Examinations,
    reviews: Reviews,
    renderer: PageRenderer,
    programme: ProgrammeNames,
  ) {
    this.#queue = queue;
    this.#examinations = examinations;
    this.#reviews = reviews;
    this.#renderer = renderer;
    this.#programme = programme;
    this.#names = new ReviewNames(programme);
  }

  @Get()
  @Roles('data-team')
  @Header('content-type', 'text/html; charset=utf-8')
  async page(
    @CurrentCaller() { person }: Caller,
    @Query({ schema: query }) { page, order }: z.output<typeof query>,
  ): Promise<string> {
    const { pairs, ...queue } = await this.#queue.page(person, {
      limit: PAGE_ROWS,
      offset: (page - 1) * PAGE_ROWS,
    });
    return this.#renderer.render('reviews.njk', {
      section: 'reviews',
      programme: this.#programme.name,
      queue: { ...queue, age: queue.oldest === null ? undefined : ageName(queue.oldest) },
      agreement: agreementSentence(queue.agreement),
      pairs: pairs.map((pair) => this.#names.queued(pair)),
      outcome: order === undefined ? undefined : outcomeOf(await this.#reviews.find(order)),
      pagination: paginationOf(page, queue.waiting),
    });
  }

  @Get('decisions')
  @Roles('data-team', 'auditor')
  @Header('content-type', 'text/html; charset=utf-8')
  decisions(@CurrentCaller() caller: Caller): Promise<string> {
    return this.#decisions(caller, undefined);
  }

  @Get('referrals/:id')
  @Roles('data-team')
  @Header('content-type', 'text/html; charset=utf-8')
  async referral(@Param('id', { schema: hex }) id: string): Promise<string> {
    return this.#lookForm(id, '', undefined);
  }

  @Post('looks')
  @ByForm()
  @Roles('data-team')
  async look(
    @CurrentCaller() caller: Caller,
    @Body({ schema: look }) { referral, reason: typed }: z.output<typeof look>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const why = reason.safeParse(typed);
    if (!why.success) {
      const error = capitalised(why.error.issues[0]?.message ?? 'Say why you look');
      // Awaited, because otherwise Fastify would answer a second time before its hooks are done.
      await reply
        .status(400)
        .type('text/html; charset=utf-8')
        .send(await this.#lookForm(referral, typed, error));
      return;
    }
    const { id } = await this.#examinations.ask({ referral, reason: why.data }, caller);
    await reply.redirect(`/reviews/looks/${id}`, 303);
  }

  @Get('looks/:id')
  @Roles('data-team')
  @Header('content-type', 'text/html; charset=utf-8')
  one(@CurrentCaller() caller: Caller, @Param('id', { schema: hex }) id: string): Promise<string> {
    return this.#examination(caller, id);
  }

  @Post('answers')
  @ByForm()
  @Roles('data-team')
  async answer(
    @CurrentCaller() caller: Caller,
    @Body({ schema: answerForm })
    { examination, candidate, answer, reason: why }: z.output<typeof answerForm>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (answer === undefined || why === '') {
      await reply
        .status(400)
        .type('text/html; charset=utf-8')
        .send(await this.#examination(caller, examination, { candidate, answer, reason: why }));
      return;
    }
    const { id } = await this.#reviews.answer({ examination, candidate, answer, reason: why }, caller);
    await reply.redirect(`/reviews?order=${id}`, 303);
  }

  @Post('undoings')
  @ByForm()
  @Roles('data-team')
  async undo(
    @CurrentCaller() caller: Caller,
    @Body({ schema: undoForm }) undone: z.output<typeof undoForm>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (undone.reason === '') {
      await reply
        .status(400)
        .type('text/html; charset=utf-8')
        .send(await this.#decisions(caller, `${undone.subject}-${undone.candidate}`));
      return;
    }
    const { id } = await this.#reviews.undo(undone, caller);
    await reply.redirect(`/reviews?order=${id}`, 303);
  }

  /** @param unfinished both records of the decision whose undoing has no reason. */
  async #decisions(caller: Caller, unfinished: string | undefined): Promise<string> {
    const decisions = await this.#queue.decisions(DECIDED_ROWS);
    return this.#renderer.render('review-decisions.njk', {
      section: 'reviews',
      programme: this.#programme.name,
      mayUndo: hasRole(caller, 'data-team'),
      reasons: namesOf(undoReasons),
      unfinished,
      decisions: decisions.map((decision) => this.#names.decided(decision)),
    });
  }

  async #lookForm(referral: string, typed: string, error: string | undefined): Promise<string> {
    const records = /^[0-9a-f]{32}$/.test(referral) ? await this.#queue.recordsOf(referral) : undefined;
    if (records === undefined) throw referralUnknown();
    const sources = await this.#queue.sourcesOf(records);
    return this.#renderer.render('review-look.njk', {
      section: 'reviews',
      programme: this.#programme.name,
      ...{ referral, typed, error },
      rows: [...sources.values()].map((source) => this.#names.sourceOf(source)),
    });
  }

  async #examination(caller: Caller, id: string, unfinished?: Unfinished): Promise<string> {
    const found = /^[0-9a-f]{32}$/.test(id)
      ? await untilEnded(() => this.#examinations.find(id, caller))
      : undefined;
    if (found === undefined) throw examinationUnknown();
    const { result, ...question } = found;
    const review = result === null ? undefined : this.#names.examined(result);
    const weighed = review?.pairs.flatMap((pair) => pair.weighed ?? []) ?? [];
    return this.#renderer.render('review.njk', {
      section: 'reviews',
      programme: this.#programme.name,
      ...{ question, unfinished },
      reasons: namesOf(reviewReasons),
      review,
      charts: await drawn(weighed),
    });
  }
}

function outcomeOf(order: ReviewOrder | undefined): string | undefined {
  switch (order?.state) {
    case undefined:
      return undefined;
    case 'accepted':
      return 'It is recorded in the ledger.';
    case 'refused':
      return order.refusal?.detail ?? 'The linker refused it.';
    case 'waiting':
      return 'It waits for the linker, which records it when its turn comes.';
  }
}

function paginationOf(page: number, waiting: number) {
  const pages = Math.ceil(waiting / PAGE_ROWS);
  if (pages <= 1) return undefined;
  const to = (wanted: number, text: string) => ({ href: `/reviews?page=${wanted}`, text });
  return {
    landmarkLabel: 'Pages of the queue',
    ...(page > 1 ? { previous: to(page - 1, 'Previous') } : {}),
    ...(page < pages ? { next: to(page + 1, 'Next') } : {}),
  };
}
