import type { MessageBus, OutgoingMessage } from '@kinledger/message-bus';
import type { ClosableBusDoor } from './bus-host.js';
import type { Consumer } from './platform-under-test.js';
import { publishAgain } from './publish-again.js';

/** The operations that go through the adapter, as a service's would. Subclasses add those of the bus's operator. */
export abstract class AdapterBusDoor implements ClosableBusDoor {
  readonly #bus: MessageBus;

  constructor(bus: MessageBus) {
    this.#bus = bus;
  }

  abstract published(topic: string): Promise<number>;
  abstract rewind(group: Consumer, messages: number): Promise<number>;
  abstract hasExpired(group: Consumer): Promise<boolean>;

  publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    return this.#bus.publish(topic, messages);
  }

  publishAgain(topic: string, messages: number): Promise<void> {
    return publishAgain(this.#bus, topic, messages);
  }

  async lag(group: Consumer): Promise<number> {
    const partitions = await this.#bus.lag(group);
    return partitions.reduce((sum, { lag }) => sum + lag, 0);
  }

  close(): Promise<void> {
    return this.#bus.close();
  }
}
