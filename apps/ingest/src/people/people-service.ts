import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { CommandId, PersonRequestAct, ProgrammeId } from '@kinledger/contracts';
import { inTransaction } from '@kinledger/database';
import { sealPersonRequest } from '@kinledger/landing-store';
import { askedByOf, Outbox, Problem, type Caller } from '@kinledger/service-kit';
import { Injectable, Logger } from '@nestjs/common';
import type { z } from 'zod';
import { askCommand } from '../commands/ask-command.js';
import { readCommand, type AskedCommand } from '../commands/command-table.js';
import { IntakeContext } from '../intake-context.js';
import { personRequested } from '../outbox/intake-messages.js';
import { intakeOutbox } from '../outbox/intake-outbox.js';
import { lastIntake, lockIntakeOrder } from '../submissions/submission-table.js';
import {
  closePersonRequest,
  insertPersonRequest,
  insertSealedIdentifiers,
  readPersonAnswer,
  readPersonRequest,
  type PersonRequest,
} from './person-request-table.js';
import { readIdentifiers, type eraseBody } from './read-identifiers.js';

const LOOK_MS = 100;

/** A request, and the command that it led to. */
export interface AskedRequest {
  readonly request: PersonRequest;
  readonly erasure: AskedCommand | undefined;
}

/**
 * Requests about people by their own identifiers. Those are sealed with the request, and nothing else here has them. The
 * erasure is ordered when the pseudonymiser has made the suppression durable: every file up to then is decided before
 * the erasure, and every later one is read with the suppression.
 */
@Injectable()
export class PeopleService {
  readonly #logger = new Logger('people');
  readonly #intake: IntakeContext;
  readonly #outbox: Outbox;

  constructor(intake: IntakeContext, outbox: Outbox) {
    this.#intake = intake;
    this.#outbox = outbox;
  }

  /** @throws Problem 400 for identifiers that cannot be read, or that name nobody. */
  async ask(
    caller: Caller,
    act: PersonRequestAct,
    body: Pick<z.output<typeof eraseBody>, 'person' | 'reason' | 'id'> & { readonly several?: boolean },
  ): Promise<AskedRequest> {
    const { pool, programme, kek } = this.#intake;
    const identifiers = readIdentifiers(programme, body.person);
    const { reason, several = false, id = randomUUID() as CommandId } = body;
    const askedBy = askedByOf(caller);
    const at = new Date();
    const isNew = await inTransaction(pool, async (client) => {
      const request = {
        ...{ id, act, several, reason, askedAt: at },
        ...{ askedBy: askedBy.person, organisation: askedBy.organisation ?? null },
      };
      if (!(await insertPersonRequest(client, request))) return false;
      await insertSealedIdentifiers(
        client,
        id,
        sealPersonRequest(kek, id, Buffer.from(JSON.stringify(identifiers))),
      );
      const told = { programme: programme.definition.id, request: id, act, askedBy, reason };
      await intakeOutbox.write(client, [personRequested({ ...told, at: at.toISOString() })]);
      return true;
    });
    this.#outbox.wake();
    if (isNew) this.#logger.log({ request: id, act, reason }, 'asked for about a person');
    return this.#answered(id);
  }

  /** @throws Problem 404 */
  async view(id: string): Promise<AskedRequest> {
    const { pool } = this.#intake;
    const request = await readPersonRequest(pool, id);
    if (request === undefined) throw requestUnknown();
    return { request, erasure: request.act === 'erase' ? await readCommand(pool, id) : undefined };
  }

  /** Orders the erasure of a person who is suppressed; closes any other request. Repeatable. */
  async close(programme: ProgrammeId, id: CommandId): Promise<void> {
    const { pool } = this.#intake;
    const isOrdered = await inTransaction(pool, async (client) => {
      // No file is accepted between the place that is read here and the order.
      await lockIntakeOrder(client, programme);
      const request = await readPersonRequest(client, id);
      const answer = await readPersonAnswer(client, id);
      if (request === undefined || answer === undefined) return false;
      const { tokens, rowKeys, keyVersion } = answer;
      if (!(await closePersonRequest(client, id, answer))) return false;
      if (request.act !== 'erase' || answer.outcome !== 'done') return false;
      const { askedBy: person, organisation, reason, several } = request;
      await askCommand(client, {
        ...{ id, kind: 'erase-person', programme, reason },
        askedBy: organisation === null ? { person } : { person, organisation },
        payload: { tokens, rowKeys, keyVersion, all: several },
        after: await lastIntake(client, programme),
        at: new Date(),
      });
      return true;
    });
    if (!isOrdered) return;
    this.#outbox.wake();
    this.#logger.log({ command: id }, 'erasure of a person ordered');
  }

  /** Waits a while for the pseudonymiser’s answer, and for that of the linker. */
  async #answered(id: CommandId): Promise<AskedRequest> {
    const until = performance.now() + this.#intake.limits.commandPatienceSeconds * 1000;
    for (;;) {
      const asked = await this.view(id);
      const { request, erasure } = asked;
      const isOver = request.outcome === 'refused' || request.act === 'lift' || erasure?.answer != null;
      if ((request.outcome !== null && isOver) || performance.now() >= until) return asked;
      await pause(LOOK_MS);
    }
  }
}

const requestUnknown = () =>
  new Problem(404, 'request-unknown', { detail: 'There is no request about a person with this id.' });
