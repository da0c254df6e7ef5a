import { kinship } from './kinship/kinship.read-model.js';
import { programme } from './programme/programme.read-model.js';
import { quarters } from './quarters/quarters.read-model.js';
import type { HandledEventType, ReadModel } from './read-model.js';
import type { ReadTable } from './read-table.js';
import { records } from './records/records.read-model.js';
import { referrals } from './referrals/referrals.read-model.js';
import { submissions } from './submissions/submissions.read-model.js';

/**
 * The golden dataset. Its schema, erasure, content digest and the projector's writes follow from this list. Each event
 * is given to the read models in this order: a read model that reads another comes after it.
 */
export const readModels: readonly ReadModel[] = [
  programme,
  submissions,
  records,
  kinship,
  referrals,
  quarters,
];

export const readTables: readonly ReadTable[] = readModels.flatMap(({ tables }) => tables);

/** Types of the events that change any read model, except erasure. */
export const handledEvents: ReadonlySet<HandledEventType> = new Set(
  readModels.flatMap(({ handledEvents: types }) => types),
);
