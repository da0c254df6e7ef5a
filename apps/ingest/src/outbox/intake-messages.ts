import {
  encodeCloudEvent,
  topics,
  type DataOf,
  type FileAccepted,
  type SubmissionStateChanged,
  type UnparkSubmission,
  type WithdrawSubmission,
} from '@kinledger/contracts';
import type { OutboxMessage } from '@kinledger/message-bus';
import { currentTraceparent } from '@kinledger/service-kit';

const SOURCE = 'urn:kinledger:ingest';

const traced = () => {
  const traceparent = currentTraceparent();
  return traceparent === undefined ? {} : { traceparent };
};

/** One id per upload and state: a state is entered once. */
export function submissionStateChanged(data: DataOf<typeof SubmissionStateChanged>): OutboxMessage {
  const { name: topic, contract } = topics.submissionStateChanged;
  const event = { id: `${data.upload}:${data.state}`, source: SOURCE, time: data.at, data, ...traced() };
  return { topic, key: data.upload, ...encodeCloudEvent(contract, event) };
}

/** Its id is the cause of everything that the ledger will say of the submission. */
export function fileAccepted(data: DataOf<typeof FileAccepted>, at: Date): OutboxMessage {
  const { name: topic, contract } = topics.fileAccepted;
  const event = {
    id: `accepted:${data.submission}`,
    source: SOURCE,
    time: at.toISOString(),
    data,
    ...traced(),
  };
  return { topic, key: data.submission, ...encodeCloudEvent(contract, event) };
}

export function withdrawSubmission(data: DataOf<typeof WithdrawSubmission>, at: Date): OutboxMessage {
  const { name: topic, contract } = topics.withdrawSubmission;
  const event = {
    id: `withdrawn:${data.submission}`,
    source: SOURCE,
    time: at.toISOString(),
    data,
    ...traced(),
  };
  return { topic, key: data.submission, ...encodeCloudEvent(contract, event) };
}

/** Its id is the cause of what the ledger will say of this try: another one for each. */
export function unparkSubmission(data: DataOf<typeof UnparkSubmission>, at: Date): OutboxMessage {
  const { name: topic, contract } = topics.unparkSubmission;
  const event = {
    id: `unparked:${data.submission}:${data.intake}`,
    source: SOURCE,
    time: at.toISOString(),
    data,
    ...traced(),
  };
  return { topic, key: data.submission, ...encodeCloudEvent(contract, event) };
}
