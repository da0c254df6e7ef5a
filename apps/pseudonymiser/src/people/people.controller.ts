import { topics } from '@kinledger/contracts';
import { OnMessages, type MessageOf } from '@kinledger/service-kit';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { PersonRequests } from './person-requests.js';

@Controller()
export class PeopleController {
  readonly #requests: PersonRequests;

  constructor(requests: PersonRequests) {
    this.#requests = requests;
  }

  /** In the order in which they come: a suppression and its lifting must not overtake each other. */
  @OnMessages(topics.personRequested)
  async requested(@Payload() messages: readonly MessageOf<typeof topics.personRequested>[]): Promise<void> {
    for (const { data } of messages) await this.#requests.carryOut(data);
  }
}
