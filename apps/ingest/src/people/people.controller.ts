import { commandId } from '@kinledger/contracts';
import { answers, CurrentCaller, problems, Roles, type Caller } from '@kinledger/service-kit';
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { PeopleService } from './people-service.js';
import { personRequestView, viewOfPersonRequest, type PersonRequestView } from './person-request-view.js';
import { eraseBody, liftBody } from './read-identifiers.js';

const requestParam = z.object({ id: commandId });

@ApiTags('people')
@ApiBearerAuth()
@Controller('v1/erasures')
@Roles('operator')
export class PeopleController {
  readonly #people: PeopleService;

  constructor(people: PeopleService) {
    this.#people = people;
  }

  @Post('person')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Erase a person by the person’s own identifiers, and keep later rows out',
    description:
      'The identifiers are sealed until the pseudonymiser has read them, and then deleted. The answer waits a while for the suppression and for the linker; what still waits then is carried out when its turn comes.',
  })
  @ApiResponse(answers(202, 'The request, and how far it is.', personRequestView))
  @ApiResponse(
    problems(400, 'An identifier cannot be read, or they name nobody: the answer says which field.'),
  )
  async erase(
    @CurrentCaller() caller: Caller,
    @Body({ schema: eraseBody }) body: z.output<typeof eraseBody>,
  ): Promise<PersonRequestView> {
    return viewOfPersonRequest(await this.#people.ask(caller, 'erase', body));
  }

  @Post('person-liftings')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Lift the suppression of a person, who consents again',
    description:
      'Rows in files that are accepted from then on go further again. What was erased stays erased.',
  })
  @ApiResponse(answers(202, 'The request, and how far it is.', personRequestView))
  @ApiResponse(
    problems(400, 'An identifier cannot be read, or they name nobody: the answer says which field.'),
  )
  async lift(
    @CurrentCaller() caller: Caller,
    @Body({ schema: liftBody }) body: z.output<typeof liftBody>,
  ): Promise<PersonRequestView> {
    return viewOfPersonRequest(await this.#people.ask(caller, 'lift', body));
  }

  @Get('person/:id')
  @ApiOperation({ summary: 'A request about a person, and how far it is' })
  @ApiResponse(answers(200, 'The request.', personRequestView))
  @ApiResponse(problems(404, 'No request has this id.'))
  async view(
    @Param({ schema: requestParam }) { id }: z.output<typeof requestParam>,
  ): Promise<PersonRequestView> {
    return viewOfPersonRequest(await this.#people.view(id));
  }
}
