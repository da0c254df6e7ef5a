import {
  code,
  commandId,
  contentHash,
  keyVersion,
  MAX_RECORDS_PER_EVENT,
  quarterEdition,
  recordId,
  type PeriodCode,
} from '@kinledger/contracts';
import { parsePeriod } from '@kinledger/domain';
import { answers, problems, CurrentCaller, Problem, Roles, type Caller } from '@kinledger/service-kit';
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CommandService } from './command-service.js';
import { commandView, viewOfCommand, type CommandView } from './command-view.js';

const commandParam = z.object({ id: commandId });

const eraseBody = z.strictObject({
  records: z
    .array(recordId)
    .min(1)
    .max(MAX_RECORDS_PER_EVENT)
    .describe('Ids of the records, as in the golden dataset.'),
  reason: code.describe('The reason, as a short code such as data-subject-request; never a name.'),
  id: commandId.optional().describe('Idempotency key: requests with the same id are one command.'),
});

const closeBody = z.strictObject({
  period: z.string().max(60).describe('A financial quarter: 2023-24-Q2, Q2 2023/24, …'),
  edition: quarterEdition
    .default(1)
    .describe('Which closing of the quarter this is to be: 1, or one more than the last to restate it.'),
  reason: code.describe('Why, as a short code such as quarter-end: never a name.'),
  id: commandId.optional().describe('Idempotency key: a repeated request with the same one is one command.'),
});

const editionOf = quarterEdition.describe('Which closing of the quarter, from 1.');

const publishBody = z.strictObject({
  period: z.string().max(60).describe('A financial quarter that is closed: 2023-24-Q2, Q2 2023/24, …'),
  edition: editionOf.default(1),
  digest: contentHash.describe(
    'SHA-256 of the published form that you looked at, as `GET /v1/quarters/{period}` of the reporting API gives it.',
  ),
  reason: code.describe('Why, as a short code such as quarter-end or restated: never a name.'),
  id: commandId.optional().describe('Idempotency key: requests with the same id are one command.'),
});

const withdrawBody = z.strictObject({
  period: z.string().max(60).describe('A financial quarter that is published: 2023-24-Q2, Q2 2023/24, …'),
  edition: editionOf.describe('The edition that readers see.'),
  reason: code.describe('Why, as a short code such as wrong-file: never a name.'),
  id: commandId.optional().describe('Idempotency key: requests with the same id are one command.'),
});

const rotateBody = z.strictObject({
  keyVersion: keyVersion.describe('Version of the token key to use: the one after the version in force.'),
  reason: code.describe('Why, as a short code such as yearly-rotation or suspected-leak: never a name.'),
  id: commandId.optional().describe('Idempotency key: requests with the same id are one command.'),
});

/** @throws Problem 400 for text that is no financial quarter. */
function quarterAsked(text: string): PeriodCode {
  const period = parsePeriod(text);
  if (period?.kind === 'quarter') return period.code;
  throw new Problem(400, 'quarter-unreadable', {
    detail: 'Only a financial quarter can be closed or published: write it as 2023-24-Q2 or Q2 2023/24.',
  });
}

@ApiTags('commands')
@ApiBearerAuth()
@Controller('v1')
export class CommandsController {
  readonly #commands: CommandService;

  constructor(commands: CommandService) {
    this.#commands = commands;
  }

  @Get('commands/:id')
  @Roles('provider', 'data-team', 'operator')
  @ApiOperation({
    summary: 'A command and the linker’s reply',
    description:
      'Withdrawals, un-parkings, erasures, closings and publications of quarters and rotations of keys are commands. The linker executes a waiting command when its turn comes.',
  })
  @ApiResponse(answers(200, 'The command.', commandView))
  @ApiResponse(problems(404, 'You have no command with this id.'))
  async view(
    @CurrentCaller() caller: Caller,
    @Param({ schema: commandParam }) { id }: z.output<typeof commandParam>,
  ): Promise<CommandView> {
    return viewOfCommand(await this.#commands.view(caller, id));
  }

  @Post('erasures')
  @HttpCode(202)
  @Roles('operator')
  @ApiOperation({
    summary: 'Erase records',
    description:
      'Permanently deletes the bodies of the records and everything derived from them. The response waits a few seconds for the linker’s reply; a command that is still waiting then is executed when its turn comes.',
  })
  @ApiResponse(answers(202, 'The command, and its reply if the linker has answered.', commandView))
  @ApiResponse(problems(409, 'The linker refused the command: nothing was erased.'))
  async erase(
    @CurrentCaller() caller: Caller,
    @Body({ schema: eraseBody }) body: z.output<typeof eraseBody>,
  ): Promise<CommandView> {
    return viewOfCommand(await this.#commands.erase(caller, body));
  }

  @Post('quarter-closings')
  @HttpCode(202)
  @Roles('data-team', 'operator')
  @ApiOperation({
    summary: 'Close a financial quarter',
    description:
      'Its figures are those at the ledger position of the closing, after every submission that is accepted by now; they are computed then, and stay. They leave once they are published. The answer waits a while for the linker’s.',
  })
  @ApiResponse(answers(202, 'The command, and its reply if the linker has answered.', commandView))
  @ApiResponse(
    problems(
      409,
      'The quarter is not over, closed already in this edition, or a submission is parked: nothing was closed.',
    ),
  )
  async closeQuarter(
    @CurrentCaller() caller: Caller,
    @Body({ schema: closeBody }) { period, ...rest }: z.output<typeof closeBody>,
  ): Promise<CommandView> {
    const closing = { ...rest, period: quarterAsked(period) };
    return viewOfCommand(await this.#commands.closeQuarter(caller, closing));
  }

  @Post('quarter-publications')
  @HttpCode(202)
  @Roles('data-team', 'operator')
  @ApiOperation({
    summary: 'Publish the figures of a closed quarter',
    description:
      'From then on readers see its published form, and the edition before it no more. The linker refuses what has another digest than the one that you looked at, and what an audit did not pass. The answer waits a while for the linker’s.',
  })
  @ApiResponse(answers(202, 'The command, and its reply if the linker has answered.', commandView))
  @ApiResponse(
    problems(
      409,
      'The quarter is not closed in this edition, its figures are others, have no audit or did not pass it, or it was published already: nothing was published.',
    ),
  )
  async publishRelease(
    @CurrentCaller() caller: Caller,
    @Body({ schema: publishBody }) { period, ...rest }: z.output<typeof publishBody>,
  ): Promise<CommandView> {
    const release = { ...rest, period: quarterAsked(period) };
    return viewOfCommand(await this.#commands.publishRelease(caller, release));
  }

  @Post('quarter-withdrawals')
  @HttpCode(202)
  @Roles('data-team', 'operator')
  @ApiOperation({
    summary: 'Withdraw the published figures of a quarter',
    description:
      'From then on readers see that the quarter is closed and none of its figures, until another edition is published. What left before stays known. The answer waits a while for the linker’s.',
  })
  @ApiResponse(answers(202, 'The command, and its reply if the linker has answered.', commandView))
  @ApiResponse(problems(409, 'This edition is not the one that readers see: nothing was withdrawn.'))
  async withdrawRelease(
    @CurrentCaller() caller: Caller,
    @Body({ schema: withdrawBody }) { period, ...rest }: z.output<typeof withdrawBody>,
  ): Promise<CommandView> {
    const release = { ...rest, period: quarterAsked(period) };
    return viewOfCommand(await this.#commands.withdrawRelease(caller, release));
  }

  @Post('key-rotations')
  @HttpCode(202)
  @Roles('operator')
  @ApiOperation({
    summary: 'Rotate the token key',
    description:
      'Wraps every token under the next key, which must be among the pseudonymiser’s secrets. Files are taken in meanwhile, and decided when all bodies are re-keyed. The answer waits a while for the linker’s; the command says how it ended.',
  })
  @ApiResponse(answers(202, 'The command, and its reply if the linker has answered.', commandView))
  @ApiResponse(problems(409, 'The linker refused the command: nothing was changed.'))
  async rotateKeys(
    @CurrentCaller() caller: Caller,
    @Body({ schema: rotateBody }) body: z.output<typeof rotateBody>,
  ): Promise<CommandView> {
    return viewOfCommand(await this.#commands.rotateKeys(caller, body));
  }
}
