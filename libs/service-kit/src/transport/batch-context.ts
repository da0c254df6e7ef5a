import { BaseRpcContext } from '@nestjs/microservices';
import type { Batch, IncomingMessage } from '@kinledger/message-bus';

/** The batch of a handler, besides the decoded messages. */
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

  /** Aborts when the partition is lost or the service stops: throw, and the batch is delivered again elsewhere. */
  get signal(): AbortSignal {
    return this.args[0].signal;
  }

  /** The undecoded messages, in the same order as the decoded ones, with keys and offsets. */
  get received(): readonly IncomingMessage[] {
    return this.args[0].messages;
  }
}
