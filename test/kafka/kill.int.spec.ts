import { killFeatures } from './kill.features.ts';

killFeatures('@platformatic/kafka');
