import {
  encodeCloudEvent,
  TokensWrapped,
  topics,
  type DataOf,
  type TokensToWrap,
} from '@kinledger/contracts';
import type { MessageBus, OutgoingMessage } from '@kinledger/message-bus';
import { sealFor } from '@kinledger/service-kit';
import { SOURCE } from '../files/chunk-publisher.js';
import type { TokenKeyInForce } from '../keys/token-key-in-force.js';
import type { RowWorkers } from '../worker/row-workers.js';

type Request = DataOf<typeof TokensToWrap>;
type Answer = Pick<DataOf<typeof TokensWrapped>, 'newest' | 'sealed'>;

export interface TokenWrapperOptions {
  readonly programme: string;
  readonly bus: Pick<MessageBus, 'publish'>;
  readonly keys: TokenKeyInForce;
  readonly workers: RowWorkers;
  readonly now: () => Date;
  /** Called when another key was put into use. */
  readonly onAdopted: (version: number) => void;
}

/**
 * Wraps tokens for the linker. Nothing of it is kept: a request that comes again is answered again, with the same tokens.
 */
export class TokenWrapper {
  readonly #options: TokenWrapperOptions;

  constructor(options: TokenWrapperOptions) {
    this.#options = options;
  }

  /** Answers requests, and publishes the answers. To be repeated when it rejects. */
  async answer(requests: readonly Request[]): Promise<void> {
    const { programme, bus } = this.#options;
    const ours = requests.filter((request) => request.programme === programme);
    const known = { newest: await this.#options.keys.newest() };
    const answers = await Promise.all(
      ours.map(async (request) => this.#messageOf(request, await this.#answerTo(request, known))),
    );
    if (answers.length > 0) await bus.publish(topics.tokensWrapped.name, answers);
  }

  async #answerTo(request: Request, { newest }: { readonly newest: number }): Promise<Answer> {
    const { keys, workers, onAdopted } = this.#options;
    const { act, from, to, domains, sealFor: publicKey } = request;
    if (act === 'ask' || to > newest) return { newest };
    if (act === 'adopt') {
      const before = await keys.version();
      await keys.adopt(to);
      if (to > before) onAdopted(to);
      return { newest };
    }
    const result = await workers.withWorker((worker) => worker.run({ kind: 'wrap', from, to, domains }));
    if (result.kind !== 'wrapped') throw new Error('a worker did not wrap tokens');
    return { newest, sealed: sealFor(publicKey, result.tokens).toString('base64') };
  }

  #messageOf({ programme, request }: Request, answer: Answer): OutgoingMessage {
    return {
      key: programme,
      ...encodeCloudEvent(TokensWrapped, {
        id: request,
        source: SOURCE,
        time: this.#options.now().toISOString(),
        data: { programme, request, ...answer },
      }),
    };
  }
}
