import { ConfigResourceTypes } from '@platformatic/kafka';
import { isTopicUnknown, partitionsDiffer, topicPolicyDiffers } from '../errors.js';
import type { TopicSettings } from '../message-bus.js';
import type { Cluster } from './cluster.js';
import { failedBecause, NO_ANSWER } from './kafka-failure.js';
import { createTopics, describeConfigs } from './requests.js';
import { leastInSync, promisedPolicy, topicPolicy } from './topic-policy.js';

/** Of `CreateTopics`: as many replicas as the broker's default says. */
const DEFAULT_REPLICAS = -1;
const CREATE_TIMEOUT_MS = 30_000;

/**
 * Services do this first. One that ended because brokers are only starting would be started again after ever longer
 * pauses; one that is asked to end meanwhile still does so in time.
 */
const BROKERS_WITHIN_MS = 15_000;

/**
 * Creates what is missing and checks what is there; waits a while for brokers that do not answer. A principal that may
 * not create finds an operator's topics.
 * @throws PartitionsDiffer, TopicPolicyDiffers, or KafkaFailure where a topic is missing and may not be created.
 */
export function ensureTopics(
  cluster: Cluster,
  topics: readonly TopicSettings[],
  replicas: number | undefined,
): Promise<void> {
  return cluster.patiently(() => tryToEnsure(cluster, topics, replicas), [NO_ANSWER], BROKERS_WITHIN_MS);
}

async function tryToEnsure(
  cluster: Cluster,
  topics: readonly TopicSettings[],
  replicas: number | undefined,
): Promise<void> {
  for (const { name } of topics) cluster.forgetTopic(name);
  const missing: TopicSettings[] = [];
  for (const topic of topics) if (!(await exists(cluster, topic.name))) missing.push(topic);
  if (missing.length > 0) await create(cluster, missing, replicas);
  for (const { name, partitions } of topics) {
    const { leaders } = await cluster.topic(name);
    if (leaders.length !== partitions) throw partitionsDiffer(name, partitions, leaders.length);
  }
  await checkPolicies(cluster, topics);
}

async function exists(cluster: Cluster, name: string): Promise<boolean> {
  try {
    await cluster.topic(name);
    return true;
  } catch (error) {
    if (isTopicUnknown(error)) return false;
    throw error;
  }
}

async function create(
  cluster: Cluster,
  topics: readonly TopicSettings[],
  replicas: number | undefined,
): Promise<void> {
  const configs = Object.entries({
    ...topicPolicy,
    ...(replicas === undefined ? {} : { 'min.insync.replicas': String(leastInSync(replicas)) }),
  }).map(([name, value]) => ({ name, value }));
  try {
    await cluster.askAny(
      createTopics,
      topics.map(({ name, partitions }) => ({
        name,
        numPartitions: partitions,
        replicationFactor: replicas ?? DEFAULT_REPLICAS,
        assignments: [],
        configs,
      })),
      CREATE_TIMEOUT_MS,
      false,
    );
  } catch (error) {
    // Another service, starting at the same time, was quicker.
    if (!failedBecause(error, 'TOPIC_ALREADY_EXISTS')) throw error;
    if (topics.length > 1) for (const topic of topics) await create(cluster, [topic], replicas);
  }
  // A broker learns of a topic a moment after its controller made it.
  for (const { name } of topics) await cluster.untilLed(name);
}

async function checkPolicies(cluster: Cluster, topics: readonly TopicSettings[]): Promise<void> {
  const resources = topics.map(({ name }) => ({
    resourceType: ConfigResourceTypes.TOPIC,
    resourceName: name,
    configurationKeys: [...promisedPolicy],
  }));
  const { results } = await cluster.askAny(describeConfigs, resources, false, false);
  for (const { resourceName, configs } of results) {
    for (const { name, value } of configs) {
      const expected = topicPolicy[name as (typeof promisedPolicy)[number]];
      if (value !== expected) throw topicPolicyDiffers(resourceName, name, expected, value ?? '');
    }
  }
}
