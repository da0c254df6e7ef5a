import type { ProviderId, SubmissionId } from '@kinledger/contracts';
import { inTransaction } from '@kinledger/database';
import { MAX_SUPERSEDED, periodOfCode, submissionIdOf, type SubmitMode } from '@kinledger/domain';
import { deleteFile } from '@kinledger/landing-store';
import type { Dataset } from '@kinledger/programme';
import { Problem, type Caller } from '@kinledger/service-kit';
import type pg from 'pg';
import { fileAccepted } from '../outbox/intake-messages.js';
import { intakeOutbox } from '../outbox/intake-outbox.js';
import { liveAgreement, mayActFor } from '../programme/dataset-access.js';
import type { IntakeContext } from '../intake-context.js';
import { undoByFile } from '../returns/nil-return-table.js';
import type { Receiver } from '../uploads/receive-upload.js';
import type { Upload } from '../uploads/upload.js';
import { uploadChanged } from '../uploads/upload-events.js';
import { uploadUnknown } from '../uploads/upload-service.js';
import { lockUpload, markAccepted, markDiscarded, readUpload } from '../uploads/upload-table.js';
import { acceptedFile } from './accepted-file.js';
import { requireAttestation } from './attestation.js';
import { foreseeSubmission, isAsForeseen, type ForeseenSubmission } from './foresee-submission.js';
import type { ForeseenEffect } from './foreseen-effect.js';
import type { Submission } from './submission.js';
import { insertSubmission, nextIntake, readSubmission, lockIntakeOrder } from './submission-table.js';

export interface SubmitRequest {
  readonly mode: SubmitMode;
  /** The provider on whose behalf the account attests, if it is not the provider’s own. */
  readonly onBehalfOf?: ProviderId | undefined;
  /** Whether it may retire a large share of its dataset. */
  readonly confirmRetiring?: boolean | undefined;
  /** Version of the attestation’s words that the person confirms. */
  readonly attest?: number | undefined;
}

export interface SubmitAnswer {
  readonly submission: Submission;
  /** True if the submission existed already: a repeated request, or the same file sent again. */
  readonly repeated: boolean;
}

/**
 * Turns an upload into a submission: its intake number, its sequence and the message that the file was accepted are
 * written in one transaction, or not at all. Idempotent.
 * @throws Problem
 */
export async function submitUpload(
  receiver: Receiver & Pick<IntakeContext, 'attestation'>,
  caller: Caller,
  id: string,
  request: SubmitRequest,
): Promise<SubmitAnswer> {
  const { pool, programme } = receiver;
  // The registers are read before the lock is taken, so that others need not wait for it, and again only if somebody
  // else has submitted or withdrawn a file of the dataset meanwhile.
  const foreseen = receiver.foreseen.take(id) ?? (await foreseeBefore(receiver, id));
  return inTransaction(pool, async (client) => {
    const upload = await lockUpload(client, id);
    if (upload === undefined || !mayActFor(caller, upload.provider)) throw uploadUnknown();
    const earlier = await answeredBefore(client, upload);
    if (earlier !== undefined) return { submission: earlier, repeated: true };
    requireValidated(upload);
    requireAttestation('submission', request.attest, receiver.attestation.isRequired);
    const onBehalfOf = attestedFor(caller, upload, request);
    const dataset = programme.dataset(upload.dataset);
    if (dataset?.schemaHash !== upload.schemaHash) throw schemaChanged();
    const agreement = liveAgreement(programme, dataset, periodOfCode(upload.period));

    const programmeId = programme.definition.id;
    await lockIntakeOrder(client, programmeId);
    const current =
      foreseen !== undefined && (await isAsForeseen(client, upload.dataset, foreseen))
        ? foreseen
        : await foreseeSubmission(client, dataset, upload);
    const plan = current.plans[request.mode];
    if (plan.kind === 'too-many') throw tooManyParts();
    if (plan.kind === 'repeated') {
      await discardRepetition(client, programmeId, upload, plan.of.submission);
      return { submission: plan.of, repeated: true };
    }

    const effect = current.effects[request.mode] ?? null;
    if (effect !== null && request.confirmRetiring !== true) requireFewRetired(effect, dataset);

    const { intake, at } = await nextIntake(client, programmeId);
    const { sequence, supersedes } = plan;
    const submission: Submission = {
      submission: submissionIdOf(programmeId, upload.dataset, upload.period, sequence),
      upload: upload.upload,
      intake,
      provider: upload.provider,
      dataset: upload.dataset,
      period: upload.period,
      sequence,
      mode: request.mode,
      supersedes,
      contentHash: upload.contentHash,
      schemaHash: upload.schemaHash,
      agreement: agreement.id,
      attestedBy: caller.person,
      onBehalfOf: onBehalfOf ?? null,
      attestedWords: request.attest ?? null,
      acceptedAt: at,
      effect,
      withdrawal: null,
    };
    await insertSubmission(client, submission);
    await undoByFile(client, submission);
    await markAccepted(client, upload.upload, submission.submission);
    await intakeOutbox.write(client, [
      fileAccepted(acceptedFile(programmeId, dataset, submission, upload), at),
      uploadChanged(programmeId, upload, at, {
        state: 'accepted',
        submission: submission.submission,
        intake,
      }),
    ]);
    return { submission, repeated: false };
  });
}

async function foreseeBefore(
  { pool, programme }: Pick<Receiver, 'pool' | 'programme'>,
  id: string,
): Promise<ForeseenSubmission | undefined> {
  const upload = await readUpload(pool, id);
  const dataset = upload?.state === 'validated' ? programme.dataset(upload.dataset) : undefined;
  return upload === undefined || dataset === undefined ? undefined : foreseeSubmission(pool, dataset, upload);
}

/** Fewer lost rows are never too many, whatever the share: two of ten rows go when two families move away. */
const FEW_ROWS = 5;

/**
 * A cumulative file that lacks a large part of the standing rows is more often half a file than the departure of half
 * the families.
 */
function requireFewRetired(
  { loses, standing }: ForeseenEffect,
  { extractKind, retiringThreshold }: Dataset,
): void {
  if (extractKind === 'delta' || loses < FEW_ROWS || loses <= retiringThreshold * standing) return;
  throw new Problem(409, 'would-retire-many', {
    detail: `The file lacks ${loses} of the ${standing} live rows of the dataset, and submitting it would retire them. If that is right, submit it again with "confirmRetiring": true (kinledger submit --confirm-retiring); if not, send the whole file.`,
  });
}

async function answeredBefore(client: pg.ClientBase, upload: Upload): Promise<Submission | undefined> {
  return upload.submission === null ? undefined : readSubmission(client, upload.submission);
}

function requireValidated(upload: Upload): void {
  switch (upload.state) {
    case 'validated':
    case 'accepted':
      return;
    case 'refused':
      throw new Problem(409, 'upload-refused', {
        detail:
          upload.reason === 'no-usable-row'
            ? 'No row of the file could be accepted. Correct it with the help of the error report and send it again.'
            : 'More rows were rejected than the dataset allows. Correct them with the help of the error report and send the file again.',
      });
    case 'discarded':
      throw new Problem(410, 'upload-discarded', {
        detail: 'The upload was discarded or has expired; nothing of it is stored. Send the file again.',
      });
  }
}

/** A provider attests for itself; the data team attests on the provider's behalf, which is recorded. */
function attestedFor(caller: Caller, upload: Upload, request: SubmitRequest): ProviderId | undefined {
  if (request.onBehalfOf !== undefined && request.onBehalfOf !== upload.provider) {
    throw new Problem(400, 'attestation-wrong', {
      detail: 'onBehalfOf must name the provider to which the dataset belongs.',
    });
  }
  return caller.organisation === upload.provider ? undefined : upload.provider;
}

/** Deletes the rows of a repeated file, which changes nothing; the earlier submission is the answer. */
async function discardRepetition(
  client: pg.ClientBase,
  programme: Parameters<typeof uploadChanged>[0],
  upload: Upload,
  submission: SubmissionId,
): Promise<void> {
  await deleteFile(client, upload.upload, 'discarded');
  await markDiscarded(client, upload.upload, 'same-content', submission);
  await intakeOutbox.write(client, [
    uploadChanged(programme, upload, new Date(), { state: 'discarded', reason: 'same-content' }),
  ]);
}

const tooManyParts = () =>
  new Problem(409, 'too-many-parts', {
    detail: `${MAX_SUPERSEDED} files of the dataset and period are already live beside each other. Send one file that contains all of them, with the mode "replace".`,
  });

const schemaChanged = () =>
  new Problem(409, 'schema-changed', {
    detail: 'The dataset’s schema has changed since the file was validated. Send the file again.',
  });
