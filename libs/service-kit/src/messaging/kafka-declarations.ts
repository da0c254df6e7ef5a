import { topics, type ServiceName, type Topic } from '@kinledger/contracts';
import { topicPolicy, topicSettings } from '@kinledger/message-bus';
import { deadLetterTopic } from '../transport/dead-letter.js';

/** A topic as an operator declares it. */
export interface KafkaTopicDeclaration {
  readonly name: string;
  readonly partitions: number;
  /** Days for which a message is kept once every group has committed it. Kafka itself deletes nothing: see `config`. */
  readonly retentionDays: number;
  /** What the key of a message means; null where messages keep the key of the topic that they come from. */
  readonly key: Topic['key'] | null;
  readonly config: Readonly<Record<string, string>>;
}

export type KafkaOperation = 'Read' | 'Write' | 'Describe' | 'DescribeConfigs' | 'Delete';

/** What a principal may do, as an ACL has it. */
export interface KafkaAccessRule {
  readonly resource: 'topic' | 'group';
  /** The whole name; `*` is every one. */
  readonly name: string;
  readonly operations: readonly KafkaOperation[];
}

export interface KafkaDeclarations {
  readonly topics: readonly KafkaTopicDeclaration[];
  /** One principal for each service, and what it may do: nothing else. */
  readonly principals: Readonly<Record<ServiceName, readonly KafkaAccessRule[]>>;
}

const serviceNames = ['ingest', 'pseudonymiser', 'linker', 'projector', 'reporting-api'] as const;
const allTopics: readonly Topic[] = Object.values(topics);
const DAY_MS = 24 * 3600 * 1000;

/** All topics and rights that the contracts ask for. */
export function kafkaDeclarations(): KafkaDeclarations {
  return {
    topics: allTopics.flatMap((topic) => [
      { ...declared(topicSettings(topic)), key: topic.key },
      ...(topic.consumers.length === 0 ? [] : [{ ...declared(deadLetterTopic(topic.name)), key: null }]),
    ]),
    // One entry for each name of the list above.
    principals: Object.fromEntries(
      serviceNames.map((service) => [service, rulesOf(service)]),
    ) as unknown as KafkaDeclarations['principals'],
  };
}

const declared = ({ name, partitions, retentionMs }: ReturnType<typeof topicSettings>) => ({
  name,
  partitions,
  retentionDays: retentionMs / DAY_MS,
  config: topicPolicy,
});

/**
 * Who produces may write; who consumes may read and trim, and set messages aside. A topic that no service consumes is
 * trimmed by its producer. Whoever trims must see what every group has committed, so it may describe them all.
 */
function rulesOf(service: ServiceName): readonly KafkaAccessRule[] {
  const rules: KafkaAccessRule[] = [];
  for (const { name, producers, consumers } of allTopics) {
    const produces = producers.includes(service);
    const consumes = consumers.includes(service);
    if (!produces && !consumes) continue;
    const trims = consumes || consumers.length === 0;
    rules.push({
      resource: 'topic',
      name,
      operations: [
        'Describe',
        'DescribeConfigs',
        ...(consumes ? (['Read'] as const) : []),
        ...(produces ? (['Write'] as const) : []),
        ...(trims ? (['Delete'] as const) : []),
      ],
    });
    if (consumes) {
      rules.push({
        resource: 'topic',
        name: deadLetterTopic(name).name,
        operations: ['Describe', 'DescribeConfigs', 'Write', 'Delete'],
      });
    }
  }
  if (rules.length > 0) {
    // Who consumes nothing still asks for its own lag, to know whether the brokers answer.
    const consumes = rules.some(({ operations }) => operations.includes('Read'));
    rules.push({ resource: 'group', name: service, operations: [consumes ? 'Read' : 'Describe'] });
  }
  if (rules.some(({ operations }) => operations.includes('Delete'))) {
    rules.push({ resource: 'group', name: '*', operations: ['Describe'] });
  }
  return rules;
}
