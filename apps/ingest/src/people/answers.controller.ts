import { topics } from '@kinledger/contracts';
import { OnMessages, Public, type MessageOf } from '@kinledger/service-kit';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { PeopleService } from './people-service.js';

/** Takes the pseudonymiser’s answers: what is to be erased is ordered when it is suppressed. */
@Public()
@Controller()
export class AnswersController {
  readonly #people: PeopleService;

  constructor(people: PeopleService) {
    this.#people = people;
  }

  @OnMessages(topics.personAnswered)
  async answered(@Payload() messages: readonly MessageOf<typeof topics.personAnswered>[]): Promise<void> {
    for (const { data } of messages) await this.#people.close(data.programme, data.request);
  }
}
