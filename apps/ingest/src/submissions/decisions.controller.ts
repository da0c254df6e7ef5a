import { topics } from '@kinledger/contracts';
import { OnMessages, Public, type MessageOf } from '@kinledger/service-kit';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { IntakeContext } from '../intake-context.js';
import { recordDecisions } from './decision-table.js';

/** Takes in what the linker decided about submissions, for their history. */
@Public()
@Controller()
export class DecisionsController {
  readonly #intake: IntakeContext;

  constructor(intake: IntakeContext) {
    this.#intake = intake;
  }

  @OnMessages(topics.submissionDecided)
  async decided(@Payload() messages: readonly MessageOf<typeof topics.submissionDecided>[]): Promise<void> {
    await recordDecisions(
      this.#intake.pool,
      messages.map(({ data, time }) => ({ ...data, at: time })),
    );
  }
}
