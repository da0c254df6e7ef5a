import { BaseRpcContext } from '@nestjs/microservices';
import type { Batch, IncomingMessage } from '@kinledger/message-bus';

/** What a handler may ask about the batch in its hands, beside the messages themselves. */
export class BatchContext extends BaseRpcContext<[Batch]> {
  constructor(batch: Batch) {
    super([batch]);
  }

  get topic(): string {
    return this.args[0].topic;
  }

  get partition(): number {
    return this.args[0].partition;
  }

  /** Aborts when the partition is lost or the service stops: throw, and the batch comes again elsewhere. */
  get signal(): AbortSignal {
    return this.args[0].signal;
  }

  /** The messages as they came, one for each decoded one, in the same order: keys and offsets stand here. */
  get received(): readonly IncomingMessage[] {
    return this.args[0].messages;
  }
}
