import {
  mediaTypeOf,
  read,
  requireKnownVersion,
  unreadableContract,
  type Contract,
  type DataOf,
} from './contract.js';

/** CloudEvents 1.0, binary mode: the body is the data, everything else is in headers. */
export interface CloudEventHeaders {
  readonly ce_specversion: '1.0';
  readonly ce_id: string;
  readonly ce_type: string;
  readonly ce_source: string;
  readonly ce_time: string;
  readonly ce_dataschema: string;
  readonly content_type: string;
  readonly traceparent?: string;
}

export interface CloudEvent<C extends Contract = Contract> {
  readonly id: string;
  readonly type: C['name'];
  readonly source: string;
  readonly time: string;
  readonly traceparent?: string;
  readonly data: DataOf<C>;
}

const schemaUrn = (name: string, version: number) => `urn:kinledger:contract:${name}:${version}`;
const schemaPattern = /^urn:kinledger:contract:([A-Za-z]+):(\d{1,4})$/;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Encodes a message for the bus: headers, and data as bytes of the contract’s newest version. Does not validate `data`.
 */
export function encodeCloudEvent<C extends Contract>(
  type: C,
  event: Omit<CloudEvent<C>, 'type'>,
): { headers: Record<string, string>; value: Uint8Array } {
  const { data, ...rest } = event;
  return encodedCloudEvent(type, rest, type.form?.encode(data) ?? encoder.encode(JSON.stringify(data)));
}

/** The same for data that is already encoded. */
export function encodedCloudEvent<C extends Contract>(
  type: C,
  event: Omit<CloudEvent<C>, 'type' | 'data'>,
  value: Uint8Array,
): { headers: Record<string, string>; value: Uint8Array } {
  const headers: CloudEventHeaders = {
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_type: type.name,
    ce_source: event.source,
    ce_time: event.time,
    ce_dataschema: schemaUrn(type.name, type.version),
    content_type: mediaTypeOf(type),
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
  };
  return { headers: { ...headers }, value };
}

/**
 * Decodes a message from the bus to the newest shape of its contract.
 * @throws UnreadableContract if a header is missing, the type is another one, or the data is invalid.
 */
export function decodeCloudEvent<C extends Contract>(
  type: C,
  message: { readonly headers: Readonly<Record<string, string>>; readonly value: Uint8Array },
): CloudEvent<C> {
  const { ce_id, ce_type, ce_source, ce_time, ce_dataschema, traceparent } = message.headers;
  const schema = schemaPattern.exec(ce_dataschema ?? '');
  if (ce_id === undefined || ce_source === undefined || ce_time === undefined || schema === null) {
    throw unreadableContract(type.name, type.version, 'CloudEvents headers are missing or malformed');
  }
  if (ce_type !== type.name || schema[1] !== type.name) {
    throw unreadableContract(type.name, type.version, 'the message is of another type');
  }
  const version = Number(schema[2]);
  requireKnownVersion(type, version);
  const { form } = type;
  const data =
    form === undefined ? read(type, version, parseJson(type, message.value)) : form.decode(message.value);
  return {
    id: ce_id,
    type: type.name,
    source: ce_source,
    time: ce_time,
    ...(traceparent === undefined ? {} : { traceparent }),
    data: data as DataOf<C>, // of this contract's form
  };
}

function parseJson(type: Contract, value: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(value));
  } catch {
    throw unreadableContract(type.name, type.version, 'the body is not JSON in UTF-8');
  }
}
