import {
  consumerGroupDescribeV0,
  consumerGroupHeartbeatV1,
  createTopicsV7,
  deleteRecordsV2,
  describeConfigsV4,
  fetchV17,
  findCoordinatorV6,
  initProducerIdV5,
  listGroupsV5,
  listOffsetsV9,
  metadataV12,
  offsetCommitV9,
  offsetFetchV9,
  produceV11,
  ResponseError,
  type API,
  type Connection,
} from '@platformatic/kafka';
import { asKafkaFailure } from './kafka-failure.js';

/** A request type of the protocol, in a version that every Kafka 4 supports. */
export interface KafkaRequest<A extends unknown[], R> {
  readonly name: string;
  async(connection: Connection, ...args: A): Promise<R>;
}

const request = <A extends unknown[], R>(name: string, api: API<A, R>): KafkaRequest<A, R> => ({
  name,
  async: api.async,
});

export const commitOffsets = request('OffsetCommit', offsetCommitV9.api);
export const committedOffsets = request('OffsetFetch', offsetFetchV9.api);
export const createTopics = request('CreateTopics', createTopicsV7.api);
export const deleteRecords = request('DeleteRecords', deleteRecordsV2.api);
export const describeConfigs = request('DescribeConfigs', describeConfigsV4.api);
export const describeGroup = request('ConsumerGroupDescribe', consumerGroupDescribeV0.api);
export const fetchMessages = request('Fetch', fetchV17.api);
export const findCoordinator = request('FindCoordinator', findCoordinatorV6.api);
export const groupHeartbeat = request('ConsumerGroupHeartbeat', consumerGroupHeartbeatV1.api);
export const initProducerId = request('InitProducerId', initProducerIdV5.api);
export const listGroups = request('ListGroups', listGroupsV5.api);
export const listOffsets = request('ListOffsets', listOffsetsV9.api);
export const produce = request('Produce', produceV11.api);

/** Also of a partition whose leader is a broker that the cluster has given up. */
const MISSING = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'LISTENER_NOT_FOUND']);

/** Returns the answer even if topics are missing, each with its own error; the client alone would throw. */
export const metadataOfTopics: KafkaRequest<[names: readonly string[]], metadataV12.MetadataResponse> = {
  name: 'Metadata',
  async: async (connection, names) => {
    try {
      return await metadataV12.api.async(connection, [...names], false, false);
    } catch (error) {
      const failure = asKafkaFailure('Metadata', error);
      if (!(error instanceof ResponseError) || !failure.reasons.every((reason) => MISSING.has(reason))) {
        throw failure;
      }
      // The client attaches the response that it has read to the error.
      return error['response'] as metadataV12.MetadataResponse;
    }
  },
};
