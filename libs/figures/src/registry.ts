import { activity, activityByKind } from './activity/activity.js';
import { feedback } from './activity/feedback.js';
import { inputs } from './activity/inputs.js';
import { participation } from './activity/participation.js';
import { targets, targets1 } from './activity/targets.js';
import { workforce } from './activity/workforce.js';
import * as directories from './directories/directories.js';
import * as submissions from './directories/submissions.js';
import { shownFigure } from './disclosure/shown-figure.js';
import type { Figure } from './figure.js';
import { collectiveImpact, impactCohort, impactLinkage } from './outcomes/collective-impact.js';
import { outcomes } from './outcomes/outcomes.js';
import { figuresOfPeople } from './people/figures-of-people.js';
import { minimumReached } from './people/minimum-reached.js';
import { serviceOrders } from './people/service-pairs.js';
import type { Publication } from './publication.js';
import { reachByDeprivation, reachByDeprivation1 } from './reach/reach-by-deprivation.js';
import { reach, reach1 } from './reach/reach.js';

/** Every version of every figure. A version stays as long as figures published with it must be reproducible. */
export const figures: readonly Figure[] = [
  ...[reach1, reach, reachByDeprivation1, reachByDeprivation],
  ...figuresOfPeople,
  ...[serviceOrders, minimumReached],
  ...[participation, activity, activityByKind, feedback, workforce, inputs, targets1, targets, outcomes],
  ...[impactCohort, impactLinkage, collectiveImpact],
];

/** All queries on the read models: figures, exact and as readers see them, and the names and files shown beside them. */
export const publications: readonly Publication[] = [
  ...figures,
  ...figures.map((figure) => shownFigure(figure)),
  ...Object.values(directories),
  ...Object.values(submissions),
];
