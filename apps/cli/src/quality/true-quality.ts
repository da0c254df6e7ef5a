import { parsePeriod } from '@kinledger/domain';
import { assessLinkage, type LinkageQuality } from '@kinledger/linkage-quality';
import type { LoadedFiles } from '../demo/demo-folder.js';
import { qualifyingRecords } from '../demo/evaluation/qualifying-records.js';
import { recordFinder } from '../demo/evaluation/record-finder.js';
import { truePeople, trueReach, trueRecords } from '../demo/evaluation/truth.js';
import { Failure } from '../failure.js';
import { judgedPersonRecords, type Evaluation, type JudgedPersonRecord } from './assess-against-truth.js';
import { boundReach, errorsOf, reachKinds, type BoundedFigure, type ReachKind } from './bounded-reach.js';
import { reachedCases } from './reached-cases.js';
import { bySubgroup, type BySubgroup } from './subgroups.js';

/** A bounded figure with the truth about the rows that were accepted. */
interface TrueFigure extends BoundedFigure {
  /** People or families truly reached of whom intake accepted a row that counts. */
  readonly truth: number;
  /** All that were truly reached, those of whom intake refused every row included. */
  readonly reached: number;
  readonly holds: boolean;
}

/** The result of `kinledger quality --truth`, as JSON. */
export interface TrueQuality {
  readonly linkage: LinkageQuality;
  readonly subgroups: BySubgroup;
  readonly period: string;
  readonly reach: Readonly<Record<ReachKind, TrueFigure>>;
}

/** Compares linkage and reach with the truth. */
export async function trueQuality(
  evaluation: Evaluation,
  truth: string,
  files: LoadedFiles,
  period: string,
  seed: string,
): Promise<TrueQuality> {
  const range = parsePeriod(period);
  if (range === undefined) throw new Failure(`${period} is no period: give one such as 2023-24-Q4`);
  const [judged, people, cases, truly] = await Promise.all([
    judgedPersonRecords(evaluation, truth, files),
    truePeople(truth),
    reachedCases(evaluation.platformUrl, range),
    trulyReached(evaluation, truth, files, period, range),
  ]);
  const familyOf = (person: string): string => people.get(person)?.family ?? person;
  const rates = (records: readonly JudgedPersonRecord[]) =>
    errorsOf(assessLinkage(records, seed).quality.measures);
  // Reach is of services: administrative sources know people better, so their links are missing less often.
  const ofServices = judged.filter(({ administrative }) => !administrative);
  const bounded = boundReach(cases, {
    children: rates(ofServices.filter(({ role }) => role === 'child')),
    adults: rates(ofServices.filter(({ role }) => role === 'adult')),
    families: rates(
      ofServices
        .filter(({ role }) => role === 'child' || role === 'adult')
        .map((record) => ({ ...record, person: familyOf(record.person), individual: record.family })),
    ),
  });
  const assessed = assessLinkage(judged, seed);
  const all = trueReach(truth, period).programme;
  return {
    linkage: assessed.quality,
    subgroups: bySubgroup(assessed),
    period,
    reach: Object.fromEntries(
      reachKinds.map((kind) => {
        const { low, high } = bounded[kind];
        const there = truly[kind].size;
        return [
          kind,
          { ...bounded[kind], truth: there, reached: all[kind], holds: low <= there && there <= high },
        ];
      }),
    ) as TrueQuality['reach'],
  };
}

const kindOf: Readonly<Record<string, 'children' | 'adults'>> = { child: 'children', adult: 'adults' };

/** Who was truly reached in a quarter, by rows that intake accepted. */
async function trulyReached(
  { platformUrl, secretsDirectory }: Evaluation,
  truth: string,
  files: LoadedFiles,
  period: string,
  range: { readonly start: string; readonly end: string },
): Promise<Readonly<Record<ReachKind, ReadonlySet<string>>>> {
  const [records, recordOf, people] = await Promise.all([
    qualifyingRecords(platformUrl, range),
    recordFinder(secretsDirectory, files),
    truePeople(truth),
  ]);
  const reached = { children: new Set<string>(), adults: new Set<string>(), families: new Set<string>() };
  for await (const row of trueRecords(truth)) {
    const kind = kindOf[row.role];
    if (row.reachedIn !== period || kind === undefined) continue;
    const record = recordOf(row);
    if (record === undefined || !records.has(record)) continue;
    reached[kind].add(row.person);
    reached.families.add(people.get(row.person)?.family ?? row.person);
  }
  return reached;
}
