import { randomBytes } from 'node:crypto';
import type { ProviderId } from '@kinledger/contracts';
import { inTransaction } from '@kinledger/database';
import { londonDay } from '@kinledger/domain';
import { returnsExpectedOf } from '@kinledger/programme/definition';
import { Problem, type Caller } from '@kinledger/service-kit';
import type { IntakeContext } from '../intake-context.js';
import { datasetFor, liveAgreement, mayActFor, periodFor } from '../programme/dataset-access.js';
import { requireAttestation } from '../submissions/attestation.js';
import { lockIntakeOrder, submissionsOfDataset } from '../submissions/submission-table.js';
import {
  insertNilReturn,
  readNilReturn,
  standingNilReturn,
  undoByPerson,
  type NilReturn,
} from './nil-return-table.js';

export interface NilReturnRequest {
  readonly dataset: string;
  readonly period: string;
  /** Version of the words that the person confirms. */
  readonly attest: number;
  readonly onBehalfOf?: ProviderId | undefined;
}

/**
 * Records that a person states that there is nothing to report for a dataset and period. Idempotent while it stands.
 * @throws Problem
 */
export async function makeNilReturn(
  { pool, programme }: Pick<IntakeContext, 'pool' | 'programme'>,
  caller: Caller,
  request: NilReturnRequest,
): Promise<{ readonly nil: NilReturn; readonly repeated: boolean }> {
  const today = londonDay(new Date());
  const dataset = datasetFor(programme, caller, request.dataset);
  const period = periodFor(request.period, today);
  const { provider } = dataset.serviceDefinition;
  if (request.onBehalfOf !== undefined && request.onBehalfOf !== provider) throw attestationWrong();
  const { every, absent } = returnsExpectedOf(dataset);
  if (every !== period.kind || absent.has(period.code)) throw notExpected();
  if (period.end > today) throw notOver(period.label);
  liveAgreement(programme, dataset, period);
  requireAttestation('nil-return', request.attest, true);
  return inTransaction(pool, async (client) => {
    // A file that is submitted meanwhile either is seen here, or undoes the nil return.
    await lockIntakeOrder(client, programme.definition.id);
    const earlier = await standingNilReturn(client, dataset.id, period.code);
    if (earlier !== undefined) return { nil: earlier, repeated: true };
    const all = (await submissionsOfDataset(client, dataset.id)).filter((one) => one.period === period.code);
    if (all.some(({ withdrawal }) => withdrawal === null)) throw received();
    const made = {
      ...{ id: randomBytes(16).toString('hex'), provider, dataset: dataset.id, period: period.code },
      ...{ madeBy: caller.person, onBehalfOf: caller.organisation === provider ? null : provider },
      ...{ attestedWords: request.attest, madeAt: new Date() },
    };
    await insertNilReturn(client, made);
    return { nil: { ...made, undoneAt: null, undoneBy: null, undoneWith: null }, repeated: false };
  });
}

/** Undoes a nil return, so that the return is expected again. Idempotent. @throws Problem 404 */
export async function undoNilReturn(
  { pool }: Pick<IntakeContext, 'pool'>,
  caller: Caller,
  id: string,
): Promise<{ readonly nil: NilReturn; readonly repeated: boolean }> {
  const nil = await readNilReturn(pool, id);
  if (nil === undefined || !mayActFor(caller, nil.provider)) throw nilReturnUnknown();
  const undone = await undoByPerson(pool, id, caller.person);
  return { nil: (await readNilReturn(pool, id)) ?? nil, repeated: !undone };
}

const nilReturnUnknown = () =>
  new Problem(404, 'nil-return-unknown', { detail: 'You have no nil return with this id.' });

const attestationWrong = () =>
  new Problem(400, 'attestation-wrong', {
    detail: 'onBehalfOf must name the provider to which the dataset belongs.',
  });

const notExpected = () =>
  new Problem(409, 'return-not-expected', {
    detail: 'No return is expected for such a period of the dataset: see /v1/returns for those that are.',
  });

const notOver = (label: string) =>
  new Problem(409, 'period-not-over', {
    detail: `${label} is not over: whether there is something to report can be said afterwards.`,
  });

const received = () =>
  new Problem(409, 'return-received', {
    detail: 'A file stands for the dataset and period. If it should not have been sent, withdraw it first.',
  });
