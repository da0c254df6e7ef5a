import { topics } from '@kinledger/contracts';
import { OnMessages, type MessageOf } from '@kinledger/service-kit';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { TokenWrapper } from './token-wrapper.js';

/** A batch is answered as a whole. */
const BYTES_PER_BATCH = 2 * 1024 * 1024;

@Controller()
export class WrappingController {
  readonly #wrapper: TokenWrapper;

  constructor(wrapper: TokenWrapper) {
    this.#wrapper = wrapper;
  }

  @OnMessages(topics.tokensToWrap, { maxBytes: BYTES_PER_BATCH })
  async asked(@Payload() messages: readonly MessageOf<typeof topics.tokensToWrap>[]): Promise<void> {
    await this.#wrapper.answer(messages.map(({ data }) => data));
  }
}
