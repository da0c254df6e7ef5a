import { ConfigResourceTypes } from '@platformatic/kafka';
import { isTopicUnknown, partitionsDiffer, topicPolicyDiffers } from '../errors.js';
import type { TopicSettings } from '../message-bus.js';
import type { Cluster } from './cluster.js';
import { failedBecause, NO_ANSWER, PASSWORD_REFUSED } from './kafka-failure.js';
import { createTopics, describeConfigs } from './requests.js';
import { leastInSync, promisedPolicy, topicPolicy } from './topic-policy.js';

/** For `CreateTopics`: use the broker's default. */
const DEFAULT_REPLICAS = -1;
const CREATE_TIMEOUT_MS = 30_000;

/**
 * Services do this first. If one ended because the brokers are still starting, it would be restarted after ever longer
 * pauses. One that is told to stop meanwhile must still do so in time.
 */
const BROKERS_WITHIN_MS = 15_000;

/**
 * Creates missing topics and checks existing ones; waits for a while for brokers that do not answer or refuse the
 * password, which may be about to change. A principal that
 * may not create topics relies on those of an operator.
 * @throws PartitionsDiffer, TopicPolicyDiffers; KafkaFailure if a topic is missing and may not be created.
 */
export function ensureTopics(
  cluster: Cluster,
  topics: readonly TopicSettings[],
  replicas: number | undefined,
): Promise<void> {
  return cluster.retry(
    () => tryToEnsure(cluster, topics, replicas),
    [NO_ANSWER, PASSWORD_REFUSED],
    BROKERS_WITHIN_MS,
  );
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
    // Another service, which starts at the same time, created it first.
    if (!failedBecause(error, 'TOPIC_ALREADY_EXISTS')) throw error;
    if (topics.length > 1) for (const topic of topics) await create(cluster, [topic], replicas);
  }
  // Brokers learn of a topic a moment after the controller has created it.
  for (const { name } of topics) await cluster.waitForLeaders(name);
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
