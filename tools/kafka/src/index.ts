export { absentBroker } from './absent-broker.js';
export { startKafkaBroker, type KafkaBroker, type KafkaBrokerOptions } from './kafka-broker.js';
export { startKafkaCluster, type KafkaCluster } from './kafka-cluster.js';
export { runningBroker } from './person-broker.js';
