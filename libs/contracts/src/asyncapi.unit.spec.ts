import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { asyncApiDocument } from './asyncapi.js';
import { topics, type Topic } from './topics.js';

const document = asyncApiDocument() as {
  channels: Record<string, { address: string; messages: Record<string, { $ref: string }> }>;
  operations: Record<string, { channel: { $ref: string }; messages: { $ref: string }[] }>;
  components: { messages: Record<string, { payload: { schema: object }; examples: { payload: unknown }[] }> };
};

/** Without a meta-schema: AsyncAPI's schema includes JSON Schema as one of its parts. */
const ajv = () => new Ajv({ strict: false, validateFormats: false, meta: false, validateSchema: false });

const resolve = (reference: string): unknown =>
  reference
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], document);

describe('the AsyncAPI document', () => {
  it('equals docs/asyncapi.json ("npm run asyncapi -w libs/contracts" writes it)', () => {
    const file = new URL('../../../docs/asyncapi.json', import.meta.url);
    expect(readFileSync(file, 'utf8')).toBe(`${JSON.stringify(document, null, 2)}\n`);
  });

  it('is AsyncAPI 3.0', { timeout: 60_000 }, () => {
    const schema = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0.json') as object;
    const validate = ajv().compile(schema);
    expect(validate(document), JSON.stringify(validate.errors, null, 2)).toBe(true);
    // The schema does refuse invalid documents: another version, and a malformed channel.
    expect(validate({ ...document, asyncapi: '2.6.0' })).toBe(false);
    expect(validate({ ...document, channels: { a: { address: 1 } } })).toBe(false);
  });

  it('has every topic, with its senders and receivers', () => {
    for (const [key, topic] of Object.entries<Topic>(topics)) {
      expect(document.channels[key]?.address).toBe(topic.name);
      for (const [action, services] of [
        ['send', topic.producers],
        ['receive', topic.consumers],
      ] as const) {
        for (const service of services) {
          expect(document.operations[`${service}-${action}-${key}`]?.channel.$ref).toBe(`#/channels/${key}`);
        }
      }
    }
  });

  it('has only references that resolve', () => {
    const references = [
      ...Object.values(document.channels).flatMap(({ messages }) => Object.values(messages)),
      ...Object.values(document.operations).flatMap(({ channel, messages }) => [channel, ...messages]),
    ];
    expect(references.length).toBeGreaterThan(0);
    for (const { $ref } of references) expect(resolve($ref)).toBeDefined();
  });

  it('describes its own examples, and all their fields', () => {
    for (const [name, { payload, examples }] of Object.entries(document.components.messages)) {
      const validate = ajv().compile(payload.schema);
      for (const example of examples) {
        expect(validate(example.payload), `${name}: ${JSON.stringify(validate.errors)}`).toBe(true);
      }
      expect(validate({}), name).toBe(false);
    }
  });
});
