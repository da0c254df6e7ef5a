import type grpc from '@grpc/grpc-js';
import shared from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/shared_pb.js';
import status from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/status_pb.js';
import streams from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import protobufEmpty from 'google-protobuf/google/protobuf/empty_pb.js';
import { streamNameOf } from './stand-in-messages.js';
import type { Expectation, HeldEvent, WriteOutcome } from './stand-in-streams.js';

export type BatchAppendCall = grpc.ServerDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>;

export interface ProposedAppend {
  readonly stream: string;
  readonly expected: Expectation;
  readonly events: readonly HeldEvent[];
  /** Size as the server counts it against its limit: data, metadata, and two bytes for each character of the type. */
  readonly size: number;
  /** Milliseconds since 1970; the server does not execute the append after it. */
  readonly deadline: number;
}

export type AppendAnswer = WriteOutcome | { readonly kind: 'timeout' | 'too-large' | 'not-ready' };

/** Collects the messages of each append on the shared stream, and passes it on with its last message. */
export function batchAppendOf(
  call: BatchAppendCall,
  handle: (append: ProposedAppend, answer: (answer: AppendAnswer) => void) => Promise<void>,
): void {
  const open = new Map<
    string,
    { options: streams.BatchAppendReq.Options | undefined; events: HeldEvent[] }
  >();
  // Appends are answered in order.
  let last = Promise.resolve();
  call.on('data', (request: streams.BatchAppendReq) => {
    const id = request.getCorrelationId();
    const key = id?.getString() ?? '';
    const append = open.get(key) ?? { options: request.getOptions(), events: [] };
    append.events.push(...request.getProposedMessagesList().map(heldEvent));
    open.set(key, append);
    if (!request.getIsFinal()) return;
    open.delete(key);
    const proposed = proposedAppend(append.options, append.events);
    last = last.then(() =>
      handle(proposed, (answer) => {
        if (!call.cancelled) call.write(response(answer, proposed, id));
      }),
    );
  });
  call.on('end', () => call.end());
  call.on('error', () => undefined);
}

function heldEvent(message: streams.BatchAppendReq.ProposedMessage): HeldEvent {
  return {
    id: message.getId()?.getString() ?? '',
    type: message.getMetadataMap().get('type') ?? '',
    contentType: message.getMetadataMap().get('content-type') ?? '',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

function proposedAppend(
  options: streams.BatchAppendReq.Options | undefined,
  events: readonly HeldEvent[],
): ProposedAppend {
  return {
    stream: streamNameOf(options?.getStreamIdentifier()),
    expected: expectation(options),
    events,
    size: events.reduce(
      (sum, { data, metadata, type }) => sum + data.length + metadata.length + 2 * type.length,
      0,
    ),
    deadline: options?.getDeadline21100()?.toDate().getTime() ?? Number.POSITIVE_INFINITY,
  };
}

function expectation(options: streams.BatchAppendReq.Options | undefined): Expectation {
  const { ExpectedStreamPositionCase } = streams.BatchAppendReq.Options;
  switch (options?.getExpectedStreamPositionCase()) {
    case ExpectedStreamPositionCase.NO_STREAM:
      return 'no-stream';
    case ExpectedStreamPositionCase.STREAM_EXISTS:
      return 'exists';
    case ExpectedStreamPositionCase.STREAM_POSITION:
      return Number(options.getStreamPosition());
    default:
      return 'any';
  }
}

function response(
  answer: AppendAnswer,
  { stream, expected }: ProposedAppend,
  id: shared.UUID | undefined,
): streams.BatchAppendResp {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream, 'utf8'));
  const result = new streams.BatchAppendResp();
  result.setCorrelationId(id);
  result.setStreamIdentifier(identifier);
  switch (answer.kind) {
    case 'success': {
      const success = new streams.BatchAppendResp.Success();
      success.setCurrentRevision(String(answer.revision));
      result.setSuccess(success);
      return result;
    }
    case 'wrong-expected-version':
      result.setError(failure(wrongExpectedVersion(expected, answer.current), 'WrongExpectedVersion'));
      return result;
    case 'deleted':
      result.setError(failure(new shared.StreamDeleted(), 'StreamDeleted'));
      return result;
    case 'timeout':
      result.setError(failure(new shared.Timeout(), 'Timeout'));
      return result;
    case 'too-large': {
      const exceeded = new shared.MaximumAppendSizeExceeded();
      exceeded.setMaxappendsize(1024 * 1024);
      result.setError(failure(exceeded, 'MaximumAppendSizeExceeded'));
      return result;
    }
    case 'not-ready':
      result.setError(failure(new shared.BadRequest(), 'BadRequest', 'Server Is Not Ready'));
      return result;
    default:
      answer satisfies never;
      return result;
  }
}

function wrongExpectedVersion(expected: Expectation, current: number): shared.WrongExpectedVersion {
  const wrong = new shared.WrongExpectedVersion();
  if (current < 0) wrong.setCurrentNoStream(new protobufEmpty.Empty());
  else wrong.setCurrentStreamRevision(String(current));
  if (typeof expected === 'number') wrong.setExpectedStreamPosition(String(expected));
  else if (expected === 'no-stream') wrong.setExpectedNoStream(new protobufEmpty.Empty());
  else if (expected === 'exists') wrong.setExpectedStreamExists(new protobufEmpty.Empty());
  else wrong.setExpectedAny(new protobufEmpty.Empty());
  return wrong;
}

function failure(detail: { serializeBinary(): Uint8Array }, type: string, message = type): status.Status {
  const details = new any.Any();
  details.pack(detail.serializeBinary(), `event_store.client.${type}`);
  const result = new status.Status();
  result.setMessage(message);
  result.setDetails(details);
  return result;
}
