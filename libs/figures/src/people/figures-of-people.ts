import type { Figure } from '../figure.js';
import { dosage } from './dosage.js';
import { populationReached, populationReached1 } from './population-reached.js';
import { reachByArea, reachByArea1 } from './reach-by-area.js';
import { reachByCharacteristic } from './reach-by-characteristic.js';
import { reachByPriority, reachByPriority1 } from './reach-by-priority.js';
import { reachByServicesUsed, reachByServicesUsed1 } from './reach-by-services-used.js';
import { reachNewAndReturning, reachNewAndReturning1 } from './reach-new-and-returning.js';
import { reachUncertainty } from './reach-uncertainty.js';
import { reachThroughCarers } from './reach-through-carers.js';
import { servicePairs, servicePairs1, serviceSteps, serviceSteps1 } from './service-pairs.js';

/** Every version of the figures of people beside reach: who they are, what they used, and who was not reached. */
export const figuresOfPeople: readonly Figure[] = [
  ...[reachNewAndReturning1, reachNewAndReturning, reachByArea1, reachByArea, reachByCharacteristic],
  ...[reachByPriority1, reachByPriority, reachThroughCarers, reachUncertainty, dosage],
  ...[reachByServicesUsed1, reachByServicesUsed, servicePairs1, servicePairs, serviceSteps1, serviceSteps],
  ...[populationReached1, populationReached],
];
