import { setTimeout as pause } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type { CommandId, CommandKind, PeriodCode, RecordId } from '@kinledger/contracts';
import { inTransaction } from '@kinledger/database';
import { periodOfCode } from '@kinledger/domain';
import { askedByOf, hasRole, Problem, type Caller, Outbox } from '@kinledger/service-kit';
import { Injectable, Logger } from '@nestjs/common';
import { IntakeContext } from '../intake-context.js';
import { mayActFor } from '../programme/dataset-access.js';
import { periodsEndingIn } from '../returns/expected-return.js';
import { standingNilReturns } from '../returns/nil-return-table.js';
import { askCommand, type CommandRequest } from './ask-command.js';
import { readCommand, type AskedCommand } from './command-table.js';
import { lastIntake, lockIntakeOrder } from '../submissions/submission-table.js';

const LOOK_MS = 100;

export interface ErasureRequest {
  readonly records: readonly RecordId[];
  readonly reason: string;
  readonly id?: CommandId | undefined;
}

export interface ClosingRequest {
  readonly period: PeriodCode;
  /** Which closing of the quarter it is to be, from 1. */
  readonly edition: number;
  readonly reason: string;
  readonly id?: CommandId | undefined;
}

export interface WithdrawalRequest {
  readonly period: PeriodCode;
  readonly edition: number;
  readonly reason: string;
  readonly id?: CommandId | undefined;
}

export interface PublicationRequest extends WithdrawalRequest {
  /** SHA-256 of the published form that was looked at. */
  readonly digest: string;
}

export interface RotationRequest {
  readonly keyVersion: number;
  readonly reason: string;
  readonly id?: CommandId | undefined;
}

/** Sends commands to the linker, and waits for its replies. */
@Injectable()
export class CommandService {
  readonly #logger = new Logger('commands');
  readonly #intake: IntakeContext;
  readonly #outbox: Outbox;

  constructor(intake: IntakeContext, outbox: Outbox) {
    this.#intake = intake;
    this.#outbox = outbox;
  }

  /** Commands the linker to erase records. @throws Problem 409 if the linker refuses. */
  async erase(caller: Caller, { records, reason, id = newId() }: ErasureRequest): Promise<AskedCommand> {
    const { pool, programme } = this.#intake;
    const isNew = await inTransaction(pool, (client) =>
      askCommand(client, {
        ...{
          id,
          kind: 'erase-records',
          programme: programme.definition.id,
          askedBy: askedByOf(caller),
          reason,
        },
        ...{ payload: { records: [...records] }, after: 0, at: new Date() },
      }),
    );
    this.#outbox.wake();
    if (isNew) this.#logger.log({ command: id, records: records.length, reason }, 'erasure requested');
    return this.answered(id);
  }

  /**
   * Orders that a quarter be closed, once every submission that is accepted by now is decided.
   * @throws Problem 409 where the linker refuses.
   */
  async closeQuarter(
    caller: Caller,
    { period, edition, reason, id = newId() }: ClosingRequest,
  ): Promise<AskedCommand> {
    const { pool, programme } = this.#intake;
    const programmeId = programme.definition.id;
    const isNew = await inTransaction(pool, async (client) => {
      await lockIntakeOrder(client, programmeId);
      return askCommand(client, {
        ...{ id, kind: 'close-quarter', programme: programmeId, askedBy: askedByOf(caller), reason },
        payload: {
          ...{ period, edition },
          nilReturns: [...(await standingNilReturns(client, periodsEndingIn(periodOfCode(period))))],
        },
        ...{ after: await lastIntake(client, programmeId), at: new Date() },
      });
    });
    this.#outbox.wake();
    if (isNew) this.#logger.log({ command: id, period, edition, reason }, 'closing of a quarter ordered');
    return this.answered(id);
  }

  /**
   * Orders that the figures of a closed quarter leave. It is due at once: no file changes them.
   * @throws Problem 409 if the linker refuses.
   */
  async publishRelease(
    caller: Caller,
    { period, edition, digest, reason, id = newId() }: PublicationRequest,
  ): Promise<AskedCommand> {
    const payload = { period, edition, digest };
    const isNew = await this.#askAtOnce(caller, { id, kind: 'publish-release', reason, payload });
    if (isNew) this.#logger.log({ command: id, period, edition, reason }, 'publication of a quarter ordered');
    return this.answered(id);
  }

  /**
   * Orders that the published figures of a quarter leave no more.
   * @throws Problem 409 if the linker refuses.
   */
  async withdrawRelease(
    caller: Caller,
    { period, edition, reason, id = newId() }: WithdrawalRequest,
  ): Promise<AskedCommand> {
    const payload = { period, edition };
    const isNew = await this.#askAtOnce(caller, { id, kind: 'withdraw-release', reason, payload });
    if (isNew) this.#logger.log({ command: id, period, edition, reason }, 'withdrawal of a release ordered');
    return this.answered(id);
  }

  async #askAtOnce<Kind extends CommandKind>(
    caller: Caller,
    asked: Pick<CommandRequest<Kind>, 'id' | 'kind' | 'reason' | 'payload'>,
  ): Promise<boolean> {
    const { pool, programme } = this.#intake;
    const isNew = await inTransaction(pool, (client) =>
      askCommand(client, {
        ...asked,
        ...{ programme: programme.definition.id, askedBy: askedByOf(caller), after: 0, at: new Date() },
      }),
    );
    this.#outbox.wake();
    return isNew;
  }

  /**
   * Orders a rotation of the token key. It is due at once: files that are accepted before it may come under either key.
   * @throws Problem 409 if the linker refuses.
   */
  async rotateKeys(
    caller: Caller,
    { keyVersion, reason, id = newId() }: RotationRequest,
  ): Promise<AskedCommand> {
    const { pool, programme } = this.#intake;
    const isNew = await inTransaction(pool, (client) =>
      askCommand(client, {
        ...{
          id,
          kind: 'rotate-keys',
          programme: programme.definition.id,
          askedBy: askedByOf(caller),
          reason,
        },
        ...{ payload: { keyVersion }, after: 0, at: new Date() },
      }),
    );
    this.#outbox.wake();
    if (isNew) this.#logger.log({ command: id, keyVersion, reason }, 'rotation of the token key requested');
    return this.answered(id);
  }

  /** @throws Problem 404 for an unknown command, or one that concerns another provider's submission. */
  async view(caller: Caller, id: string): Promise<AskedCommand> {
    const command = await readCommand(this.#intake.pool, id);
    if (command === undefined) throw commandUnknown();
    const mayAll = hasRole(caller, 'operator') || hasRole(caller, 'data-team');
    const isOwn = command.provider !== null && mayActFor(caller, command.provider);
    if (!mayAll && !isOwn) throw commandUnknown();
    return command;
  }

  /**
   * Waits for a limited time for the linker's reply. @returns the command, which may still be waiting.
   * @throws Problem 409 if the linker refuses it.
   */
  async answered(id: CommandId): Promise<AskedCommand> {
    const { pool, limits } = this.#intake;
    const until = performance.now() + limits.commandPatienceSeconds * 1000;
    for (;;) {
      const command = await readCommand(pool, id);
      if (command === undefined) throw commandUnknown();
      const { answer } = command;
      if (answer?.outcome === 'refused') {
        throw new Problem(409, 'command-refused', { detail: answer.detail });
      }
      if (answer !== null || performance.now() >= until) return command;
      await pause(LOOK_MS);
    }
  }
}

const newId = (): CommandId => randomUUID() as CommandId;

const commandUnknown = () =>
  new Problem(404, 'command-unknown', { detail: 'There is no command of yours with this id.' });
