import { highsSolver, HIGHS_VERSION } from '@kinledger/disclosure';
import { remedied } from '../disclosure/remedied.js';
import type { RemedyOf } from './compute-quarter.js';

/** The remedy as HiGHS finds it, which the release names: another version may find another one. */
export const remedyByHighs: RemedyOf = async (published, services, context) => {
  const form = remedied(await highsSolver(), published, services, context);
  return form.remedy === undefined ? form : { ...form, remedy: { solver: HIGHS_VERSION, ...form.remedy } };
};
