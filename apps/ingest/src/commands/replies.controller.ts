import { topics } from '@kinledger/contracts';
import { OnMessages, Public, type MessageOf } from '@kinledger/service-kit';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { IntakeContext } from '../intake-context.js';
import { recordReplies } from './command-table.js';

/** Stores the linker's replies in the table, in which every process finds those that it waits for. */
@Public()
@Controller()
export class RepliesController {
  readonly #intake: IntakeContext;

  constructor(intake: IntakeContext) {
    this.#intake = intake;
  }

  @OnMessages(topics.commandAnswered)
  async answered(@Payload() messages: readonly MessageOf<typeof topics.commandAnswered>[]): Promise<void> {
    await recordReplies(
      this.#intake.pool,
      messages.map(({ data }) => data),
    );
  }
}
