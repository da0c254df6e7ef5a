import { Inject } from '@nestjs/common';

export const MESSAGE_BUS = Symbol('kinledger message bus');

/** Injects the service's `MessageBus`: `constructor(@InjectMessageBus() private readonly bus: MessageBus)`. */
export const InjectMessageBus = () => Inject(MESSAGE_BUS);
