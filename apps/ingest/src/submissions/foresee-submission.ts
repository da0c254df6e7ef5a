import type { DatasetId, PeriodCode, UploadId } from '@kinledger/contracts';
import {
  EffectTally,
  periodOfCode,
  periodRank,
  planSubmission,
  standing,
  type EarlierSubmission,
  type SubmissionPlan,
  type SubmitMode,
} from '@kinledger/domain';
import type { Queryable } from '@kinledger/landing-store';
import type { Dataset } from '@kinledger/programme';
import { foreseeEffects } from '../register/foresee-effects.js';
import type { ForeseenEffect } from './foreseen-effect.js';
import { submissionsOfDataset, type RegisteredSubmission } from './submission-table.js';

/** The file that may be submitted. */
export interface OfferedFile {
  readonly upload: UploadId;
  readonly dataset: DatasetId;
  readonly period: PeriodCode;
  readonly contentHash: string;
  readonly schemaHash: string;
  /** Rows without row id or natural key, to which no other file can refer; null if the file has no register. */
  readonly rowsAlone: number | null;
}

export interface ForeseenSubmission {
  /** The state of the dataset's submissions on which this is based. */
  readonly seen: string;
  readonly plans: Readonly<Record<SubmitMode, SubmissionPlan<Earlier>>>;
  /** Undefined if nothing new would happen, or the file has no register. */
  readonly effects: Readonly<Record<SubmitMode, ForeseenEffect | undefined>>;
}

type Earlier = RegisteredSubmission & EarlierSubmission;

const modes: readonly SubmitMode[] = ['replace', 'add'];

/** Predicts what submitting the file would do, given the current submissions of its dataset. Writes nothing. */
export async function foreseeSubmission(
  client: Queryable,
  { extractKind }: Pick<Dataset, 'extractKind'>,
  file: OfferedFile,
): Promise<ForeseenSubmission> {
  const all: Earlier[] = (await submissionsOfDataset(client, file.dataset)).map((one) => ({
    ...one,
    withdrawn: one.withdrawal !== null,
  }));
  const plans = plansOf(all, file);
  const effects = await effectsOf(client, extractKind !== 'delta', file, standing(all), plans);
  return { seen: stateOf(all), plans, effects };
}

/** Whether the dataset's submissions are still those on which a prediction was based. */
export async function isAsForeseen(
  client: Queryable,
  dataset: DatasetId,
  { seen }: ForeseenSubmission,
): Promise<boolean> {
  const all = await submissionsOfDataset(client, dataset);
  return stateOf(all.map((one) => ({ ...one, withdrawn: one.withdrawal !== null }))) === seen;
}

const stateOf = (all: readonly Earlier[]): string =>
  all.map(({ submission, withdrawn }) => `${submission}${withdrawn ? '-' : '+'}`).join();

function plansOf(all: readonly Earlier[], file: OfferedFile): ForeseenSubmission['plans'] {
  const earlier = all.filter(({ period }) => period === file.period);
  return { replace: planSubmission(earlier, file, 'replace'), add: planSubmission(earlier, file, 'add') };
}

async function effectsOf(
  client: Queryable,
  full: boolean,
  { upload, period, rowsAlone }: OfferedFile,
  stand: readonly Earlier[],
  plans: ForeseenSubmission['plans'],
): Promise<ForeseenSubmission['effects']> {
  const effects: Record<SubmitMode, ForeseenEffect | undefined> = { replace: undefined, add: undefined };
  const compared = stand.filter((one) => one.rowsAlone !== null);
  const notCompared = stand.filter((one) => one.rowsAlone === null).map(({ submission }) => submission);
  const news = modes.filter((mode) => plans[mode].kind === 'new');
  if (rowsAlone === null || news.length === 0) return effects;
  const tallies = news.map((mode) => {
    const plan = plans[mode];
    const superseded = new Set(plan.kind === 'new' ? plan.supersedes : []);
    const files = compared.map((one) => ({
      submission: one.submission,
      period: periodRank(periodOfCode(one.period)),
      sequence: one.sequence,
      full,
      rowsAlone: one.rowsAlone ?? 0,
      staysStanding: !superseded.has(one.submission),
    }));
    const sequence = plan.kind === 'new' ? plan.sequence : 0;
    return new EffectTally(files, { period: periodRank(periodOfCode(period)), sequence, full, rowsAlone });
  });
  const foreseen = await foreseeEffects(client, [...compared.map((one) => one.upload), upload], tallies);
  news.forEach((mode, index) => {
    const effect = foreseen[index];
    effects[mode] = effect && { ...effect, notCompared };
  });
  return effects;
}
