import type { Figure } from '../figure.js';
import { dosage } from './dosage.js';
import { populationReached } from './population-reached.js';
import { reachByArea } from './reach-by-area.js';
import { reachByCharacteristic } from './reach-by-characteristic.js';
import { reachByPriority } from './reach-by-priority.js';
import { reachByServicesUsed } from './reach-by-services-used.js';
import { reachNewAndReturning } from './reach-new-and-returning.js';
import { reachThroughCarers } from './reach-through-carers.js';
import { servicePairs, serviceSteps } from './service-pairs.js';

/** Every version of the figures of people beside reach: who they are, what they used, and who was not reached. */
export const figuresOfPeople: readonly Figure[] = [
  ...[reachNewAndReturning, reachByArea, reachByCharacteristic, reachByPriority, reachThroughCarers],
  ...[dosage, reachByServicesUsed, servicePairs, serviceSteps, populationReached],
];
