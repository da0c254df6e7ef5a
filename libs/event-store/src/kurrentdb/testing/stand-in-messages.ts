import type grpc from '@grpc/grpc-js';
import shared from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/shared_pb.js';
import streams from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import type { HeldEvent } from './stand-in-streams.js';

export type ReadCall = grpc.ServerWritableStream<streams.ReadReq, streams.ReadResp>;

export const streamNameOf = (identifier: shared.StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');

/** The revision at which a read begins; `otherwise` if it says "start" or "end". */
export const revisionOf = (
  options: streams.ReadReq.Options.StreamOptions | undefined,
  otherwise: number,
): number => (options?.hasRevision() === true ? Number(options.getRevision()) : otherwise);

/** An event as a read or a subscription returns it. */
export function recordedEvent(stream: string, revision: number, event: HeldEvent): streams.ReadResp {
  const id = new shared.UUID();
  id.setString(event.id);
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream, 'utf8'));
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(id);
  recorded.setStreamIdentifier(identifier);
  recorded.setStreamRevision(String(revision));
  recorded.setCommitPosition(String(revision));
  recorded.setPreparePosition(String(revision));
  recorded.setData(event.data);
  recorded.setCustomMetadata(event.metadata);
  // 100-nanosecond ticks since 1970.
  recorded
    .getMetadataMap()
    .set('type', event.type)
    .set('content-type', event.contentType)
    .set('created', '17000000000000000');
  const read = new streams.ReadResp.ReadEvent();
  read.setEvent(recorded);
  read.setCommitPosition(String(revision));
  const response = new streams.ReadResp();
  response.setEvent(read);
  return response;
}
