import { answers, CurrentCaller, problems, Roles, type Caller } from '@kinledger/service-kit';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { MeetingAccess } from './meeting-access.js';
import {
  actionDue,
  actionId,
  actionOwner,
  actionPeriod,
  actionStates,
  actionText,
  meetingAction,
  type MeetingAction,
} from './meeting-action.js';
import { MeetingActions } from './meeting-actions.js';

const service = z.string().max(100).describe('Service, such as baby-steps.');
const listQuery = z.object({
  state: z.enum(actionStates).optional().describe('Of the actions that the list holds. Absent: all of them.'),
});
const agreed = z.strictObject({
  id: actionId
    .exactOptional()
    .describe('32 hexadecimal digits that you choose, so that sending it again makes no second action.'),
  period: actionPeriod,
  text: actionText,
  owner: actionOwner,
  due: actionDue,
});
const changed = z.strictObject({
  version: z.int().min(1).describe('The version that you have seen.'),
  text: actionText.exactOptional(),
  owner: actionOwner.exactOptional(),
  due: actionDue.exactOptional(),
  state: z.enum(actionStates).exactOptional(),
});
const list = z.object({
  service: z.string(),
  actions: z
    .array(meetingAction)
    .describe(
      'At most 500: open ones first, by their due date; then those that are done or dropped, the latest due date first.',
    ),
});

const notYours = problems(403, 'The service is another provider’s.');
const unreadable = problems(
  400,
  'A part of the request does not fit, or a text holds an email address, an NHS number, a mobile number, a postcode or a date.',
);

@ApiTags('meetings')
@ApiBearerAuth()
@Roles('provider', 'data-team', 'operator')
@Controller('v1/services/:service/meeting-actions')
export class MeetingActionsController {
  readonly #actions: MeetingActions;
  readonly #access: MeetingAccess;

  constructor(actions: MeetingActions, access: MeetingAccess) {
    this.#actions = actions;
    this.#access = access;
  }

  @Get()
  @ApiOperation({
    operationId: 'meeting-actions',
    summary: 'Actions of a service’s data meetings, with their history',
    description: 'For the provider of the service, the data team and operators.',
  })
  @ApiResponse(answers(200, 'The actions.', list))
  @ApiResponse(notYours)
  @ApiResponse(problems(404, 'The programme has no such service.'))
  async list(
    @CurrentCaller() caller: Caller,
    @Param('service', { schema: service }) of: string,
    @Query({ schema: listQuery }) { state }: z.output<typeof listQuery>,
  ): Promise<z.infer<typeof list>> {
    await this.#access.require(caller, of);
    const actions = await this.#actions.ofService(of);
    return { service: of, actions: actions.filter((each) => state === undefined || each.state === state) };
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'add-meeting-action',
    summary: 'Record an action that a service data meeting agreed on',
    description: 'An action is of work, never of a person: texts that hold an identifier are refused.',
  })
  @ApiResponse(answers(200, 'The action.', meetingAction))
  @ApiResponse(unreadable)
  @ApiResponse(notYours)
  @ApiResponse(problems(404, 'The programme has no such service, or the id is of another service’s action.'))
  async add(
    @CurrentCaller() caller: Caller,
    @Param('service', { schema: service }) of: string,
    @Body({ schema: agreed }) { id, ...action }: z.output<typeof agreed>,
  ): Promise<MeetingAction> {
    await this.#access.require(caller, of);
    return this.#actions.add(of, action, { caller, id });
  }

  @Post(':id/changes')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'change-meeting-action',
    summary: 'Change an action: its state, text, owner or due date',
    description: 'Every version stays, with the account that wrote it and the time.',
  })
  @ApiResponse(answers(200, 'The action.', meetingAction))
  @ApiResponse(unreadable)
  @ApiResponse(notYours)
  @ApiResponse(problems(404, 'The service has no such action.'))
  @ApiResponse(
    problems(409, 'Somebody has changed the action since that version, or the action has 1,000 versions.'),
  )
  async change(
    @CurrentCaller() caller: Caller,
    @Param('service', { schema: service }) of: string,
    @Param('id', { schema: actionId }) id: string,
    @Body({ schema: changed }) { version, ...fields }: z.output<typeof changed>,
  ): Promise<MeetingAction> {
    await this.#access.require(caller, of);
    return this.#actions.change(of, { id, version, changed: fields }, caller);
  }
}
