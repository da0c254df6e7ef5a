import {
  causeOfCommand,
  encodeCloudEvent,
  topics,
  type CommandData,
  type DataOf,
  type FileAccepted,
  type PersonRequested,
  type SubmissionStateChanged,
} from '@kinledger/contracts';
import type { OutboxMessage } from '@kinledger/message-bus';
import { currentTraceparent } from '@kinledger/service-kit';

const SOURCE = 'urn:kinledger:ingest';

const traced = () => {
  const traceparent = currentTraceparent();
  return traceparent === undefined ? {} : { traceparent };
};

/** Its id is unique to the upload and state, because an upload enters each state at most once. */
export function submissionStateChanged(data: DataOf<typeof SubmissionStateChanged>): OutboxMessage {
  const { name: topic, contract } = topics.submissionStateChanged;
  const event = { id: `${data.upload}:${data.state}`, source: SOURCE, time: data.at, data, ...traced() };
  return { topic, key: data.upload, ...encodeCloudEvent(contract, event) };
}

/** Its id is the cause of all events that the ledger records about the submission. */
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

/** It names the request, and nothing of the person. */
export function personRequested(data: DataOf<typeof PersonRequested>): OutboxMessage {
  const { name: topic, contract } = topics.personRequested;
  const event = { id: `person:${data.request}`, source: SOURCE, time: data.at, data, ...traced() };
  return { topic, key: data.programme, ...encodeCloudEvent(contract, event) };
}

/** Its id is the cause of the events that the ledger records in reply. */
export function commandMessage(data: CommandData): OutboxMessage {
  const { name: topic, contract } = topics.command;
  const event = { id: causeOfCommand(data.id), source: SOURCE, time: data.time, data, ...traced() };
  return { topic, key: data.programme, ...encodeCloudEvent(contract, event) };
}
