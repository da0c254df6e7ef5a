import { activity, activityByKind } from './activity/activity.js';
import { feedback } from './activity/feedback.js';
import { inputs } from './activity/inputs.js';
import { participation } from './activity/participation.js';
import { targets } from './activity/targets.js';
import { workforce } from './activity/workforce.js';
import * as directories from './directories/directories.js';
import * as submissions from './directories/submissions.js';
import { shownFigure } from './disclosure/shown-figure.js';
import type { Figure } from './figure.js';
import { outcomes } from './outcomes/outcomes.js';
import { dosage } from './people/dosage.js';
import { populationReached } from './people/population-reached.js';
import { reachByArea } from './people/reach-by-area.js';
import { reachByCharacteristic } from './people/reach-by-characteristic.js';
import { reachByPriority } from './people/reach-by-priority.js';
import { reachByServicesUsed } from './people/reach-by-services-used.js';
import { reachNewAndReturning } from './people/reach-new-and-returning.js';
import { reachThroughCarers } from './people/reach-through-carers.js';
import { servicePairs, serviceSteps } from './people/service-pairs.js';
import type { Publication } from './publication.js';
import { reachByDeprivation } from './reach/reach-by-deprivation.js';
import { reach } from './reach/reach.js';

/** Every version of every figure. A version stays as long as figures published with it must be reproducible. */
export const figures: readonly Figure[] = [
  ...[reach, reachByDeprivation],
  ...[reachNewAndReturning, reachByArea, reachByCharacteristic, reachByPriority, reachThroughCarers],
  ...[dosage, reachByServicesUsed, servicePairs, serviceSteps, populationReached],
  ...[participation, activity, activityByKind, feedback, workforce, inputs, targets, outcomes],
];

/** All queries on the read models: figures, exact and as readers see them, and the names and files shown beside them. */
export const publications: readonly Publication[] = [
  ...figures,
  ...figures.map((figure) => shownFigure(figure)),
  ...Object.values(directories),
  ...Object.values(submissions),
];
