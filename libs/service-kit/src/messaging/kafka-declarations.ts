import { serviceNames, topics, type ServiceName, type Topic } from '@kinledger/contracts';
import { topicPolicy, topicSettings } from '@kinledger/message-bus';
import { deadLetterTopic } from '../transport/dead-letter.js';

/** A topic in the form in which an operator declares it. */
export interface KafkaTopicDeclaration {
  readonly name: string;
  readonly partitions: number;
  /**
   * Days for which a message is kept, even if every group has committed it. Kafka itself deletes nothing: see `config`.
   */
  readonly retentionDays: number;
  /** What the message key identifies; null for a dead-letter topic, whose messages keep their original key. */
  readonly key: Topic['key'] | null;
  readonly config: Readonly<Record<string, string>>;
}

export type KafkaOperation = 'Read' | 'Write' | 'Describe' | 'DescribeConfigs' | 'Delete';

/** Permissions of a principal, in the form of an ACL. */
export interface KafkaAccessRule {
  readonly resource: 'topic' | 'group';
  /** The whole name; `*` means every name. */
  readonly name: string;
  readonly operations: readonly KafkaOperation[];
}

export interface KafkaDeclarations {
  readonly topics: readonly KafkaTopicDeclaration[];
  /** One principal for each service, with all its permissions. */
  readonly principals: Readonly<Record<ServiceName, readonly KafkaAccessRule[]>>;
}

const allTopics: readonly Topic[] = Object.values(topics);
const DAY_MS = 24 * 3600 * 1000;

/** All topics and permissions that the contracts require. */
export function kafkaDeclarations(): KafkaDeclarations {
  return {
    topics: allTopics.flatMap((topic) => [
      { ...declared(topicSettings(topic)), key: topic.key },
      ...(topic.consumers.length === 0 ? [] : [{ ...declared(deadLetterTopic(topic.name)), key: null }]),
    ]),
    // One entry for each name in the list above.
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
 * Producers may write; consumers may read, trim and dead-letter. A topic without consumers is trimmed by its producer.
 * A principal that trims must see what every group has committed, so it may describe all groups.
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
    // A service that consumes nothing still queries its own lag, to check whether the brokers answer.
    const consumes = rules.some(({ operations }) => operations.includes('Read'));
    rules.push({ resource: 'group', name: service, operations: [consumes ? 'Read' : 'Describe'] });
  }
  if (rules.some(({ operations }) => operations.includes('Delete'))) {
    rules.push({ resource: 'group', name: '*', operations: ['Describe'] });
  }
  return rules;
}
