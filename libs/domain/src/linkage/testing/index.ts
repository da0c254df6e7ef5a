export {
  HistoryPlayer,
  history,
  historyWithConstraints,
  historyWithErasures,
  testScopes,
  type Step,
} from './histories.js';
export { child, kin1Settings, type Child } from './kin-1-rows.js';
export { testKin1Settings, withDerived } from './derived-rows.js';
export { LinkageWorld, rowKeyOf, testSettings, type Received, type RowSpec } from './linkage-world.js';
export { pairStrategy } from './pair-strategy.js';
export { sumStrategy } from './sum-strategy.js';
export { runs } from './property-runs.js';
