import type { Board } from './board.js';
import { databases } from './boards/databases.js';
import { intakeAndQuality } from './boards/intake-and-quality.js';
import { linkerAndLedger } from './boards/linker-and-ledger.js';
import { messageBus } from './boards/message-bus.js';
import { pipeline } from './boards/pipeline.js';
import { serviceLevels } from './boards/service-levels.js';

export type { Board, BoardPanel } from './board.js';
export { fileOf, grafanaJson } from './grafana.js';
export { previewPage, type PanelValues } from './preview.js';

/** All dashboards, in the order in which Grafana lists them. */
export const boards: readonly Board[] = [
  pipeline,
  linkerAndLedger,
  intakeAndQuality,
  messageBus,
  databases,
  serviceLevels,
];
