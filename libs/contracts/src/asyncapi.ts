import { z } from 'zod';
import { mediaTypeOf, type Contract } from './contract.js';
import { topics, type Topic } from './topics.js';

const DAY_MS = 24 * 60 * 60 * 1000;

type Json = string | number | boolean | readonly Json[] | { readonly [name: string]: Json };

/**
 * The AsyncAPI 3.0 document of all topics, made from the same schemas that read the messages. `npm run asyncapi -w
 * libs/contracts` writes it to `docs/asyncapi.json`.
 */
export function asyncApiDocument(): Json {
  const all = Object.entries<Topic>(topics);
  return {
    asyncapi: '3.0.0',
    id: 'urn:kinledger',
    info: {
      title: 'Kinledger',
      version: '1.0.0',
      description:
        'Events and commands between the services of Kinledger. CloudEvents 1.0 in binary mode: the body is the data, everything else is in headers. Data is JSON unless the content type of its message says otherwise. A topic is <domain>.<visibility>.<event>.<major>; "internal" topics are for Kinledger’s services, "public" ones are for anyone. Every older version of a contract stays readable; ce_dataschema names the version of a message.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(all.map(([key, topic]) => [key, channel(topic)])),
    operations: Object.fromEntries(all.flatMap(([key, topic]) => operations(key, topic))),
    components: {
      messages: Object.fromEntries(all.map(([, topic]) => [topic.contract.name, message(topic)])),
    },
  };
}

const channel = ({ name, contract, partitions, retentionDays }: Topic): Json => ({
  address: name,
  description: contract.description,
  messages: { [contract.name]: { $ref: `#/components/messages/${contract.name}` } },
  bindings: {
    kafka: {
      topic: name,
      partitions,
      topicConfiguration: { 'retention.ms': retentionDays * DAY_MS },
      bindingVersion: '0.5.0',
    },
  },
});

function operations(key: string, { contract, producers, consumers }: Topic): [string, Json][] {
  const operation = (action: 'send' | 'receive', service: string): [string, Json] => [
    `${service}-${action}-${key}`,
    {
      action,
      title: `${service} ${action === 'send' ? 'sends' : 'receives'} ${contract.name}`,
      channel: { $ref: `#/channels/${key}` },
      messages: [{ $ref: `#/channels/${key}/messages/${contract.name}` }],
    },
  ];
  return [
    ...producers.map((service) => operation('send', service)),
    ...consumers.map((service) => operation('receive', service)),
  ];
}

const message = ({ contract, key }: Topic): Json => ({
  name: contract.name,
  title: `${contract.name} (version ${contract.version})`,
  summary: contract.description,
  contentType: mediaTypeOf(contract),
  headers: headers(contract),
  payload: {
    schemaFormat: SCHEMA_FORMAT,
    schema: contract.form === undefined ? jsonSchema(contract) : bytesOf(contract),
  },
  examples: [{ name: 'example', payload: exampleOf(contract) }],
  bindings: {
    kafka: {
      key: { type: 'string', description: `The ${key}’s id.` },
      bindingVersion: '0.5.0',
    },
  },
});

const headers = (contract: Contract): Json => ({
  type: 'object',
  properties: {
    ce_specversion: { type: 'string', const: '1.0' },
    ce_id: { type: 'string', description: 'Id of the message: a repeated message has the same one.' },
    ce_type: { type: 'string', const: contract.name },
    ce_source: { type: 'string', format: 'uri-reference', description: 'The service that sent it.' },
    ce_time: { type: 'string', format: 'date-time' },
    ce_dataschema: { type: 'string', const: `urn:kinledger:contract:${contract.name}:${contract.version}` },
    content_type: { type: 'string', const: mediaTypeOf(contract) },
    traceparent: { type: 'string', description: 'W3C trace context.' },
  },
  required: ['ce_specversion', 'ce_id', 'ce_type', 'ce_source', 'ce_time', 'ce_dataschema'],
});

const SCHEMA_FORMAT = 'application/schema+json;version=draft-07';

/**
 * Non-JSON data: base64 in this document, raw bytes on the bus. `x-decoded` describes its content as if it were JSON.
 */
const bytesOf = (contract: Contract): Json => ({
  type: 'string',
  contentEncoding: 'base64',
  contentMediaType: mediaTypeOf(contract),
  description: contract.form?.description ?? '',
  'x-decoded': jsonSchema(contract),
});

function exampleOf({ form, schema, example }: Contract): Json {
  if (form === undefined) return example as Json;
  return btoa(String.fromCharCode(...form.encode(schema.parse(example))));
}

/** As readers see it: they ignore unknown members. */
const jsonSchema = ({ schema }: Contract): Json =>
  z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }) as Json;
