export { absentTools } from './absent-tools.js';
export { startKafkaBroker, type KafkaBroker, type KafkaBrokerOptions } from './kafka-broker.js';
export { runningBroker } from './person-broker.js';
