export {
  HistoryPlayer,
  history,
  historyWithConstraints,
  historyWithErasures,
  testScopes,
  type Step,
} from './histories.js';
export { LinkageWorld, testSettings, type Received } from './linkage-world.js';
export { runs } from './property-runs.js';
