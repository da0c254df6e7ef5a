/**
 * Estimates a model of `kin-1` from the rows of people of a synthetic programme, and links them with the shipped model, with the
 * estimated one, and with one that knows how common names are: quality against the true people of user files, and referrals. The
 * minimum dataset (a), or with whole names (b).
 * After `npm run build`: npx node test/benchmarks/estimated-model.bench.ts [people] [quarters] [normal|hard] [a|b] [seed]
 */
import {
  estimateModel,
  noConstraints,
  partition,
  scoringSettings,
  strategyOf,
  type StrategySettings,
} from '@kinledger/domain';
import { frequencyHash, NameFrequencies } from '@kinledger/kin';
import { linkageRecordOf } from '../programmes/files-through.ts';
import type { FieldSet } from './strategies/field-sets.ts';
import { rowsOfProgramme, settingsOf } from './strategies/linked-programme.ts';

const [people = '1000', quarters = '4', profile = 'normal', fields = 'a', seed = 'kin'] =
  process.argv.slice(2);

const all = await rowsOfProgramme(fields as FieldSet, {
  ...{ people: Number(people), quarters: Number(quarters), seed },
  profile: profile as 'normal' | 'hard',
});
const rows = all.rows.filter(({ dataset }) => dataset.dataType === 'user');
const records = rows.map(linkageRecordOf);
const personOf = new Map(rows.map(({ row, person }) => [row.rowKey, person]));

const pairsIn = (count: number) => (count * (count - 1)) / 2;

function quality(name: string, settings: StrategySettings, names?: NameFrequencies): void {
  const { groups, referrals } = partition(records, noConstraints, strategyOf(settings, names));
  const sizes = Map.groupBy(personOf.values(), (person) => person);
  let [linked, right] = [0, 0];
  for (const { persons } of groups) {
    linked += pairsIn(persons.length);
    for (const { length } of Map.groupBy(persons, (key) => personOf.get(key)).values())
      right += pairsIn(length);
  }
  const due = [...sizes.values()].reduce((sum, { length }) => sum + pairsIn(length), 0);
  console.log(
    `${name}: ${linked - right} wrong of ${linked} pairs, recall ${((100 * right) / due).toFixed(2)} %, ` +
      `${groups.length} individuals for ${sizes.size} people, ${referrals.length} referrals`,
  );
}

const shipped = scoringSettings(settingsOf('leap-1', all), records.length);
const before = process.cpuUsage();
const { model, strata } = estimateModel(records, shipped, { name: 'bench', withFrequencies: false });
const { user } = process.cpuUsage(before);
console.log(`${records.length} rows of people; estimated in ${(user / 1e6).toFixed(1)} s of processor time`);
for (const { levels: _, ...stratum } of strata) console.log(JSON.stringify(stratum));
quality('leap-1', settingsOf('leap-1', all));
quality('kin-1, shipped model', shipped);
quality('kin-1, estimated model', { ...shipped, model: { document: model } });

const common = estimateModel(records, shipped, { name: 'bench', withFrequencies: true });
const { frequencies } = common;
if (frequencies === undefined) throw new Error('frequencies were asked for');
for (const [field, { rows: having, tokens }] of Object.entries(frequencies.fields))
  console.log(
    `${field}: ${having} rows with a value, ${tokens.length} values that are common, by how common: ` +
      [2, 3, 4, 5].map((band) => tokens.filter(([, rarity]) => rarity === band).length).join(', '),
  );
quality(
  'kin-1, estimated model with frequencies',
  { ...shipped, model: { document: common.model } },
  new NameFrequencies(frequencyHash(frequencies), frequencies),
);
