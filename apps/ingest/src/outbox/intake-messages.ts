import {
  causeOfCommand,
  encodeCloudEvent,
  topics,
  type CommandData,
  type DataOf,
  type FileAccepted,
  type SubmissionStateChanged,
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

/** Its id is the cause of what the ledger will say in answer to it. */
export function commandMessage(data: CommandData): OutboxMessage {
  const { name: topic, contract } = topics.command;
  const event = { id: causeOfCommand(data.id), source: SOURCE, time: data.time, data, ...traced() };
  return { topic, key: data.programme, ...encodeCloudEvent(contract, event) };
}
