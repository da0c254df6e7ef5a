/**
 * Estimates a model of `kin-1` from the rows of people of a synthetic programme, and links them with the shipped model and with the
 * estimated one: quality against the true people of user files, and referrals.
 * After `npm run build`: npx node test/benchmarks/estimated-model.bench.ts [people] [quarters] [normal|hard] [seed]
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  estimateModel,
  noConstraints,
  partition,
  scoringSettings,
  strategyOf,
  type StrategySettings,
} from '@kinledger/domain';
import { readProgramme } from '@kinledger/programme';
import { linkageRecordOf, takenRows, type TakenRow } from '../programmes/files-through.ts';

const [people = '1000', quarters = '4', profile = 'normal', seed = 'kin'] = process.argv.slice(2);

const folder = await mkdtemp(join(tmpdir(), 'kinledger-model-'));
await cp('programmes/leap', folder, { recursive: true });
const file = join(folder, 'programme.json');
const definition = JSON.parse(await readFile(file, 'utf8')) as object;
await writeFile(file, JSON.stringify({ ...definition, derivations: 'op-kin-1' }));
const programme = await readProgramme(folder);
const live = new Map<string, TakenRow>();
for (const taken of await takenRows(programme, {
  ...{ people: Number(people), quarters: Number(quarters), seed },
  profile: profile as 'normal' | 'hard',
}))
  if (taken.row.role !== 'none' && taken.dataset.dataType === 'user') live.set(taken.row.rowKey, taken);
await rm(folder, { recursive: true });
const records = [...live.values()].map(linkageRecordOf);

const pairsIn = (count: number) => (count * (count - 1)) / 2;

function quality(name: string, settings: StrategySettings): void {
  const { groups, referrals } = partition(records, noConstraints, strategyOf(settings));
  const sizes = Map.groupBy(live.values(), ({ person }) => person);
  let [linked, right] = [0, 0];
  for (const { persons } of groups) {
    linked += pairsIn(persons.length);
    for (const { length } of Map.groupBy(persons, (key) => live.get(key)?.person).values())
      right += pairsIn(length);
  }
  const true_ = [...sizes.values()].reduce((sum, { length }) => sum + pairsIn(length), 0);
  console.log(
    `${name}: ${linked - right} wrong of ${linked} pairs, recall ${((100 * right) / true_).toFixed(2)} %, ` +
      `${groups.length} individuals for ${sizes.size} people, ${referrals.length} referrals`,
  );
}

const limits = {
  ...{ maxBirthDatesPerToken: 3, maxCasesPerToken: 10 },
  ...{ maxHoldersPerToken: 500, maxChildrenPerCarerToken: 12 },
};
const shipped = scoringSettings({ name: 'leap-1', ...limits }, records.length);
const before = process.cpuUsage();
const { model, strata } = estimateModel(records, shipped, 'bench');
const { user } = process.cpuUsage(before);
console.log(`${records.length} rows of people; estimated in ${(user / 1e6).toFixed(1)} s of processor time`);
for (const { levels: _, ...stratum } of strata) console.log(JSON.stringify(stratum));
quality('leap-1', { name: 'leap-1', ...limits });
quality('kin-1, shipped model', shipped);
quality('kin-1, estimated model', { ...shipped, model: { document: model } });
