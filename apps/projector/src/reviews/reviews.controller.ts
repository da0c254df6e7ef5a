import { code, commandId, lookReason, recordId, referralId, reviewAnswer } from '@kinledger/contracts';
import { answers, CurrentCaller, Problem, problems, Roles, type Caller } from '@kinledger/service-kit';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Examinations, type AnsweredExamination, type AskedExamination } from './examinations.js';
import { ReviewQueue, type Queue, type ReviewDecision } from './review-queue.js';
import type { ReviewOrder } from './review-orders.js';
import { examinationUnknown, Reviews } from './reviews.js';

const limit = z.coerce.number().int().min(1).max(500).default(50);
const queueQuery = z.strictObject({
  limit,
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
});
const decisionsQuery = z.strictObject({ limit });
const reviewReason = code.describe('Why, as a short code such as birth-date-mistyped: never a name.');
const examineBody = z.strictObject({
  referral: referralId,
  reason: lookReason.describe('Why you look, for the trail of looks. Name no person.'),
});
const examinationId = z.string().regex(/^[0-9a-f]{32}$/, 'expected the id of a look at a referral');
const answerBody = z.strictObject({
  examination: examinationId.describe('Your own look at the referral, which showed what the answer changes.'),
  candidate: recordId,
  answer: reviewAnswer,
  reason: reviewReason,
});
const undoBody = z.strictObject({ subject: recordId, candidate: recordId, reason: reviewReason });

const source = z.object({
  record: z.string(),
  dataset: z.string(),
  provider: z.string().nullable(),
  period: z.string().nullable(),
  role: z.string(),
});
const queueView = z.object({
  waiting: z.int().describe('Pairs of records that wait for an answer.'),
  hidden: z.int().describe('Pairs that are never shown, because a dataset is sensitive.'),
  oldest: z.string().nullable().describe('When the oldest of those that wait was referred.'),
  agreement: z
    .object({
      pairs: z
        .int()
        .describe('Pairs of which two people said same or different, neither seeing the other’s answer.'),
      agreed: z.int(),
      share: z.number().nullable(),
      kappa: z.number().nullable().describe('Cohen’s kappa of first against second answers.'),
    })
    .describe('How often two reviewers say the same.'),
  pairs: z.array(
    z.object({
      referral: z.string(),
      reason: z.string(),
      rule: z.string(),
      subject: source,
      candidate: source,
      referredAt: z.string(),
      standing: z.enum(['waiting', 'second-awaited', 'disputed']),
      isAnswered: z.boolean().describe('Whether you have answered: another person decides next.'),
      estimate: z
        .object({ all: z.int(), closed: z.int() })
        .describe(
          'Counts of people, each of one service and one quarter, that would change if these two alone became one. Sorts the list; a look says exactly what changes.',
        ),
    }),
  ),
});
const examinationView = z.object({
  id: z.string(),
  referral: z.string(),
  state: z.enum(['waiting', 'done', 'failed']),
  reason: z.string().nullable().describe('Why it failed.'),
  askedAt: z.string(),
});
const examined = examinationView.extend({
  result: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe(
      'The evidence by kind, without values, the match weights of each pair where the strategy scores, and for each answer the counts of each quarter that change; null until it is done.',
    ),
});
const orderView = z.object({
  id: commandId,
  kind: z.enum(['review-referral', 'undo-review']),
  subject: z.string(),
  candidate: z.string(),
  askedBy: z.string(),
  reason: z.string(),
  askedAt: z.string(),
  state: z.enum(['waiting', 'accepted', 'refused']).describe('waiting: the linker has not answered yet.'),
  position: z.int().nullable().describe('Ledger position at which the linker recorded it.'),
  refusal: z.object({ reason: z.string(), detail: z.string() }).nullable(),
});
const decisionView = z.object({
  position: z.int(),
  kind: z.enum(['decision', 'undone']),
  answer: z.enum(['same', 'different']).nullable(),
  subject: z.string(),
  candidate: z.string(),
  referral: z.string().nullable(),
  reason: z.string(),
  by: z.string(),
  organisation: z.string().nullable(),
  at: z.string(),
  stands: z.boolean().describe('Whether it is in force, so that it can be undone.'),
});

/** Doubtful links, for the data team. No value of an identifier is shown, and no record of a sensitive dataset. */
@ApiTags('reviews')
@ApiBearerAuth()
@Controller('v1')
export class ReviewsController {
  readonly #queue: ReviewQueue;
  readonly #examinations: Examinations;
  readonly #reviews: Reviews;

  constructor(queue: ReviewQueue, examinations: Examinations, reviews: Reviews) {
    this.#queue = queue;
    this.#examinations = examinations;
    this.#reviews = reviews;
  }

  @Get('reviews')
  @Roles('data-team')
  @ApiOperation({ summary: 'Pairs that wait for a review, those with the greatest effect on figures first' })
  @ApiResponse(answers(200, 'The queue.', queueView))
  queue(
    @CurrentCaller() { person }: Caller,
    @Query({ schema: queueQuery }) page: z.output<typeof queueQuery>,
  ): Promise<Queue> {
    return this.#queue.page(person, page);
  }

  @Post('review-examinations')
  @HttpCode(202)
  @Roles('data-team')
  @ApiOperation({
    summary: 'Look at a referral',
    description:
      'Adds a line to the trail of looks for each record, reads the ledger, and counts what each answer would change in the figures of every quarter, without services that have sensitive datasets. One is examined at a time.',
  })
  @ApiResponse(answers(202, 'The look, and where to find what it shows.', examinationView))
  @ApiResponse(problems(404, 'No such referral waits.'))
  @ApiResponse(problems(429, 'You have looked at as many referrals within an hour as one person may.'))
  @ApiResponse(problems(503, 'Too many looks wait, of all people or of yours.'))
  examine(
    @CurrentCaller() caller: Caller,
    @Body({ schema: examineBody }) body: z.output<typeof examineBody>,
  ): Promise<AskedExamination> {
    return this.#examinations.ask(body, caller);
  }

  @Get('review-examinations/:id')
  @Roles('data-team')
  @ApiOperation({
    summary: 'What a look of your own shows',
    description: 'It is kept for a day, and until somebody is erased.',
  })
  @ApiResponse(answers(200, 'The look, with what it shows once it is done.', examined))
  @ApiResponse(problems(404, 'You have no such look, or it is gone.'))
  async examination(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: examinationId }) id: string,
  ): Promise<AnsweredExamination> {
    const found = await this.#examinations.find(id, caller);
    if (found === undefined) throw examinationUnknown();
    return found;
  }

  @Post('reviews')
  @HttpCode(202)
  @Roles('data-team')
  @ApiOperation({
    summary: 'Answer about a pair that you have looked at',
    description:
      'The linker records the answer. It settles the pair, unless you are unsure or the programme asks for a second reviewer. The response waits a few seconds for the linker’s reply.',
  })
  @ApiResponse(answers(202, 'The order, and the linker’s reply if there is one.', orderView))
  @ApiResponse(problems(404, 'You have no such look, or it is gone.'))
  @ApiResponse(problems(409, 'The linker refused the answer: nothing was recorded.'))
  async answer(
    @CurrentCaller() caller: Caller,
    @Body({ schema: answerBody }) body: z.output<typeof answerBody>,
  ): Promise<ReviewOrder> {
    return accepted(await this.#reviews.answer(body, caller));
  }

  @Post('review-undoings')
  @HttpCode(202)
  @Roles('data-team')
  @ApiOperation({
    summary: 'Undo the decision about two records',
    description: 'The rules decide again. A doubt that comes back waits for a new review.',
  })
  @ApiResponse(answers(202, 'The order, and the linker’s reply if there is one.', orderView))
  @ApiResponse(problems(409, 'No decision about the two stands: nothing was recorded.'))
  async undo(
    @CurrentCaller() caller: Caller,
    @Body({ schema: undoBody }) body: z.output<typeof undoBody>,
  ): Promise<ReviewOrder> {
    return accepted(await this.#reviews.undo(body, caller));
  }

  @Get('review-orders/:id')
  @Roles('data-team')
  @ApiOperation({ summary: 'An answer or undoing that was ordered here, and the linker’s reply' })
  @ApiResponse(answers(200, 'The order.', orderView))
  @ApiResponse(problems(404, 'Nothing was ordered under this id.'))
  async order(@Param('id', { schema: commandId }) id: string): Promise<ReviewOrder> {
    const found = await this.#reviews.find(id);
    if (found === undefined) {
      throw new Problem(404, 'review-order-unknown', {
        detail: 'No review was ordered under this id: orders are kept for 30 days.',
      });
    }
    return found;
  }

  @Get('review-decisions')
  @Roles('data-team', 'auditor')
  @ApiOperation({ summary: 'What was decided and undone, by whom, when and why; the latest first' })
  @ApiResponse(answers(200, 'The decisions.', z.object({ decisions: z.array(decisionView) })))
  async decisions(
    @Query({ schema: decisionsQuery }) asked: z.output<typeof decisionsQuery>,
  ): Promise<{ readonly decisions: readonly ReviewDecision[] }> {
    return { decisions: await this.#queue.decisions(asked.limit) };
  }
}

/** @throws Problem 409 for an order that the linker refused. */
function accepted(order: ReviewOrder): ReviewOrder {
  if (order.refusal !== null) throw new Problem(409, 'command-refused', { detail: order.refusal.detail });
  return order;
}
