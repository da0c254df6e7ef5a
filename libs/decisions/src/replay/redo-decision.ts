import {
  commandOfCause,
  type CommandData,
  type LedgerEvent,
  type ProviderId,
  type RecordId,
  type SubmissionReceived,
  type DataOf,
} from '@kinledger/contracts';
import type { ConstraintDecision } from '@kinledger/domain';
import type { EventStore } from '@kinledger/event-store';
import type { Programme } from '@kinledger/programme';
import { adoptionOf, adoptStrategy } from '../adoption.js';
import { handlerOf } from '../commands/command-handlers.js';
import type { ErasingHand, RekeyingHand } from '../commands/command-handler.js';
import { decideSubmission, park } from '../decide-submission.js';
import type { DecisionContext } from '../decision-context.js';
import { writeCarerErasure } from '../erase-carer-tokens.js';
import { eraseRecords } from '../erase-records.js';
import { reviewPolicyOf, type ReviewPolicy } from '../reviews/review-policy.js';
import { Scribe } from '../scribe.js';
import { rekeyedIn, type Rekeyed } from '../rekeying/rekeyed-chunk.js';
import { writeDecisions } from '../write-decisions.js';
import type { RecordedDecision } from './recorded-decision.js';

/** Bodies are the eraser's: a replay forgets nothing. */
const nothingToErase: ErasingHand = {
  prepare: () => Promise.resolve(),
  readBodies: () => Promise.resolve(new Map()),
  eraseBodies: () => Promise.resolve(),
  eraseTokens: () => Promise.resolve(),
};

/** Where the bodies of a ledger are. */
type BodiesBeside = { readonly store: Pick<EventStore, 'readSegments'>; readonly stream: string };

/**
 * A rotation as the ledger has it. Of bodies that still have that key, the commitments to the tokens are made again; of
 * those that were erased, lost tokens or were re-keyed once more, the ledger's word is taken.
 */
const rekeyedAsRecorded = (recorded: RecordedDecision, { store, stream }: BodiesBeside): RekeyingHand => ({
  prepare: () => Promise.resolve(),
  async *rekey({ to }) {
    for (const { event } of recorded.events) {
      if (event.type !== 'RecordsRekeyed') continue;
      const { placedAt, records } = event.data;
      const [segment] = await store.readSegments(stream, placedAt, placedAt);
      const there = segment === undefined ? new Map<RecordId, Rekeyed>() : rekeyedIn(segment.bytes, to);
      const listed = new Set(records.map(({ record }) => record));
      yield {
        placedAt,
        records: [
          ...records.map((one) => (recorded.statesAnew(one.record) ? one : (there.get(one.record) ?? one))),
          ...[...there.values()].filter(({ record }) => !listed.has(record)),
        ],
      };
    }
  },
});

/** The definition in force at a place of a ledger, and those before it. */
export interface ProgrammesOfLedger {
  readonly programme: Programme;
  readonly earlier: readonly Programme[];
}

/**
 * Makes a recorded decision again, from its recorded inputs, by the code that made it: it comes out in the context's writer.
 * @param programmes the definition that it brings into force, or that is in force, and those before it.
 * @returns why the linker would not have made it, if it would not.
 */
export async function redoDecision(
  context: DecisionContext,
  recorded: RecordedDecision,
  { programme, earlier }: ProgrammesOfLedger,
  beside: BodiesBeside,
): Promise<string | undefined> {
  const { ledger } = context;
  const { first, closing } = recorded;
  const { cause, time } = first;
  const reviews = () =>
    reviewPolicyOf(
      programme.definition,
      earlier.map(({ definition }) => definition),
    );
  switch (closing.type) {
    case 'ProgrammeDefined':
      bringIntoForce(context, closing, programme, closing.data.signingKey);
      return undefined;
    case 'StrategyAdopted':
      if (ledger.strategy !== undefined) await adoptStrategy(context, programme.definition, time);
      else if (ledger.signingKey !== undefined)
        bringIntoForce(context, closing, programme, ledger.signingKey);
      return undefined;
    case 'SubmissionLinked':
    case 'SubmissionParked':
      return first.type === 'SubmissionUnparked'
        ? carryOut(context, unparking(first, recorded), recorded)
        : decideFile(context, recorded);
    case 'SubmissionWithdrawn': {
      const { submission, reason } = closing.data;
      const command = {
        ...envelopeOf(closing, reason, closing.data),
        kind: 'withdraw-submission',
        payload: { submission },
      };
      return carryOut(context, command as CommandData, recorded);
    }
    case 'RecordErased': {
      const { basis, by, organisation, records } = closing.data;
      if (commandOfCause(cause) === undefined || by === undefined) {
        await eraseRecords(context, { cause, time, basis, by, organisation, records });
        return undefined;
      }
      const command = {
        ...envelopeOf(closing, basis, { by, organisation }),
        kind: 'erase-records',
        payload: { records },
      };
      return carryOut(context, command as CommandData, recorded);
    }
    case 'CarerTokensErased':
      // Which tokens were meant is gone with them; what the ledger says of them is an input.
      await writeCarerErasure(context, { cause, time }, closing.data, new Map());
      return undefined;
    case 'ReviewGiven': {
      const { referral, subject, candidate, answer, reason } = closing.data;
      const command = {
        ...envelopeOf(closing, reason, closing.data),
        ...{ kind: 'review-referral', payload: { referral, subject, candidate, answer } },
      };
      return carryOut(context, command as CommandData, recorded, { reviews: reviews() });
    }
    case 'LinkForbidden':
    case 'LinkReviewed':
      if (closing.data.review !== undefined) {
        const { review, reason } = closing.data;
        const answer = closing.type === 'LinkReviewed' ? 'same' : 'different';
        const command = {
          ...envelopeOf(closing, reason, closing.data),
          ...{ kind: 'review-referral', payload: { ...review, answer } },
        };
        return carryOut(context, command as CommandData, recorded, { reviews: reviews() });
      }
      return constrainAsRecorded(context, closing);
    case 'LinkAllowed':
      return constrainAsRecorded(context, closing);
    case 'QuarterClosed': {
      const { period, reason, programme: id, versions, nilReturns, edition } = closing.data;
      if (versions.definition !== ledger.definition?.digest || versions.strategy !== ledger.strategy?.digest)
        return 'the definition or the strategy that the quarter names is not the one in force';
      const command = {
        ...envelopeOf(closing, reason, closing.data),
        ...{
          kind: 'close-quarter',
          programme: id,
          payload: {
            period,
            ...(nilReturns === undefined ? {} : { nilReturns }),
            ...(edition === undefined ? {} : { edition }),
          },
        },
      };
      return carryOut(context, command as CommandData, recorded);
    }
    case 'FiguresPublished': {
      // What the projector computed is an input; whether it was due follows from the ledger.
      const { type, data } = closing;
      const closed = ledger.quarters.closingAt(data.period, data.closing);
      if (closed === undefined || closed.figures !== undefined)
        return 'the linker refuses figures of a quarter that is not closed there, or whose figures are published';
      new Scribe(ledger, context.writer, { cause, time }).write({ type, data });
      return undefined;
    }
    case 'ReleasePublished': {
      const { programme: id, period, edition, published, reason } = closing.data;
      const command = {
        ...envelopeOf(closing, reason, closing.data),
        ...{ kind: 'publish-release', programme: id, payload: { period, edition, digest: published } },
      };
      return carryOut(context, command as CommandData, recorded);
    }
    case 'ReleaseWithdrawn': {
      const { programme: id, period, edition, reason } = closing.data;
      const command = {
        ...envelopeOf(closing, reason, closing.data),
        ...{ kind: 'withdraw-release', programme: id, payload: { period, edition } },
      };
      return carryOut(context, command as CommandData, recorded);
    }
    case 'SigningKeyChanged':
      // The signature is an input: only who has the previous key can make it. The ledger takes no other.
      new Scribe(ledger, context.writer, { cause, time }).write({ type: closing.type, data: closing.data });
      return undefined;
    case 'KeyRotated': {
      if (first.type !== 'KeyRotationBegun') return 'a rotation of keys does not say that it began';
      const { keyVersion, reason } = first.data;
      const command = {
        ...envelopeOf(first, reason, first.data),
        ...{ kind: 'rotate-keys', payload: { keyVersion } },
      };
      return carryOut(context, command as CommandData, recorded, {
        rekeying: rekeyedAsRecorded(recorded, beside),
      });
    }
    default:
      return `a decision does not end with ${closing.type}`;
  }
}

/** Of a definition and the first strategy, which come together, the one that the decision is. */
function bringIntoForce(
  { ledger, writer }: DecisionContext,
  { type, time }: LedgerEvent,
  programme: Programme,
  signingKey: string,
): void {
  const adoption = adoptionOf(ledger, { programme, signingKey }, time);
  const index = adoption?.applied.findIndex((event) => event.type === type) ?? -1;
  const [event, encoded] = [adoption?.applied[index], adoption?.events[index]];
  if (event === undefined || encoded === undefined) return;
  const standing = writer.take({ event, encoded, segment: undefined });
  if (standing !== undefined) ledger.apply(standing);
}

async function decideFile(
  context: DecisionContext,
  { first, closing, events }: RecordedDecision,
): Promise<undefined> {
  const { ledger, writer } = context;
  const scribe = new Scribe(ledger, writer, { cause: first.cause, time: first.time });
  const received = events.find(({ event }) => event.type === 'SubmissionReceived')?.event;
  if (received?.type === 'SubmissionReceived') await decideSubmission(context, received.data, scribe);
  else if (closing.type === 'SubmissionParked')
    await park(context, fileOf(closing.data), closing.data.reason, scribe);
  return undefined;
}

/** What a command may use besides the ledger when it is carried out again. */
interface AtHand {
  readonly rekeying?: RekeyingHand;
  readonly reviews?: ReviewPolicy;
}

/** Carries a command out as the linker does: it asks first whether it may. */
async function carryOut(
  context: DecisionContext,
  command: CommandData,
  { first, closing }: RecordedDecision,
  { rekeying, reviews }: AtHand = {},
): Promise<string | undefined> {
  const { cause, time } = first;
  const handler = handlerOf(command);
  // The key that the rotation led to was there.
  const newestKey = first.type === 'KeyRotationBegun' ? first.data.keyVersion : undefined;
  const refusal = handler.refusalOf(context.ledger, command, { erase: true, newestKey, reviews });
  if (refusal !== undefined) return `the linker refuses this command: ${refusal}`;
  const unprocessable = closing.type === 'SubmissionParked' ? closing.data.reason : undefined;
  const complete = unprocessable === undefined ? { chunks: 0, rows: 0 } : undefined;
  const progress = { complete, unprocessable };
  // Of the figures that a program had when a quarter closed, the event is the only record.
  const quarterVersions = closing.type === 'QuarterClosed' ? closing.data.versions : undefined;
  await handler.carryOut(
    {
      ...{ ...context, cause: { cause, time }, progress, erasing: nothingToErase },
      ...{ rekeying, quarterVersions, reviews },
    },
    command,
  );
  return undefined;
}

/** A decision about two rows that no referral asked for, or one that is revoked. */
async function constrainAsRecorded(
  context: DecisionContext,
  { type, data, cause, time }: Extract<LedgerEvent, ConstraintDecision>,
): Promise<undefined> {
  const scribe = new Scribe(context.ledger, context.writer, { cause, time });
  await writeDecisions(
    context.ledger.engine.constrain({ type, data }), // data matches its type
    scribe,
    context,
  );
}

/** Who asked, as an event says it. */
interface Named {
  readonly by: string;
  readonly organisation?: ProviderId | undefined;
}

const envelopeOf = ({ cause, time }: LedgerEvent, reason: string, { by, organisation }: Named) => ({
  id: commandOfCause(cause) ?? cause,
  askedBy: { person: by, ...(organisation === undefined ? {} : { organisation }) },
  reason,
  time,
});

function unparking(
  opening: Extract<LedgerEvent, { readonly type: 'SubmissionUnparked' }>,
  { events }: RecordedDecision,
): CommandData {
  const received = events.find(({ event }) => event.type === 'SubmissionReceived')?.event;
  const file = received?.type === 'SubmissionReceived' ? received.data : fileOf(opening.data);
  const { reason } = opening.data;
  return {
    ...envelopeOf(opening, reason, opening.data),
    kind: 'unpark-submission',
    payload: { file },
  } as CommandData;
}

/** All that parking asks of a file. */
const fileOf = ({ submission, intake }: Pick<DataOf<typeof SubmissionReceived>, 'submission' | 'intake'>) =>
  ({ submission, intake }) as DataOf<typeof SubmissionReceived>;
