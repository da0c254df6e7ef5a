import { topics } from '@kinledger/contracts';
import { OnMessages, Public, type MessageOf } from '@kinledger/service-kit';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { WrappedTokensTable } from './wrapped-tokens.js';
import { WrappingByBus } from './wrapping-by-bus.js';

/** Keeps the pseudonymiser's answers for the linker that asked, which may be another process. */
@Public()
@Controller()
export class WrappingController {
  readonly #answers: WrappedTokensTable;
  readonly #wrapping: WrappingByBus;

  constructor(answers: WrappedTokensTable, wrapping: WrappingByBus) {
    this.#answers = answers;
    this.#wrapping = wrapping;
  }

  @OnMessages(topics.tokensWrapped)
  async wrapped(@Payload() messages: readonly MessageOf<typeof topics.tokensWrapped>[]): Promise<void> {
    await this.#answers.keep(
      messages.map(({ data: { request, newest, sealed } }) => ({
        request,
        newest,
        sealed: sealed === undefined ? undefined : Buffer.from(sealed, 'base64'),
      })),
    );
    this.#wrapping.wake();
  }
}
