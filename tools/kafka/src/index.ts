export { absentBroker } from './absent-broker.js';
export { startKafkaBroker, type KafkaBroker, type KafkaBrokerOptions } from './kafka-broker.js';
export { runningBroker } from './person-broker.js';
