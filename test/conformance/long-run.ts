import { parseArgs } from 'node:util';
import { compareProgramme } from './compare-programme.js';
import { oracleAbsent } from './oracle-answer.js';

const help = `Compares reach, families and roles with those of an oracle that reads the same files, programme after programme.
The oracle is in Python and shares no code with the product.

  --seeds N      programmes (default 10)
  --seed S       seed of the run; programme n has the seed S-n (default: another one each time)
  --only N       only programme N of the seed: one that differed, once more
  --people N     people of a programme (default 300)
  --quarters Q   quarters (default 4)`;

/** @returns the number of programmes that differ or could not be compared. */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string', default: '10' },
      seed: { type: 'string', default: Date.now().toString(36) },
      only: { type: 'string' },
      people: { type: 'string', default: '300' },
      quarters: { type: 'string', default: '4' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const absent = oracleAbsent();
  if (absent !== undefined) throw new Error(absent);
  const size = { people: wholeNumber(values.people), quarters: wholeNumber(values.quarters) };
  const numbers =
    values.only === undefined
      ? Array.from({ length: wholeNumber(values.seeds) }, (_, index) => index + 1)
      : [wholeNumber(values.only)];
  let different = 0;
  let figures = 0;
  for (const number of numbers) {
    const seed = `${values.seed}-${number}`;
    const { compared, differences } = await compareProgramme(size, seed);
    figures += compared.figures;
    if (differences.length > 0) different += 1;
    console.log(
      `${seed}: ${differences.length === 0 ? 'equal' : `${differences.length} differences`}, ${told(compared)}`,
    );
    for (const difference of differences) console.log(`  ${difference}`);
  }
  console.log(
    `\n${numbers.length - different} of ${numbers.length} programmes equal, ${figures} figures; seed ${values.seed}`,
  );
  return different;
}

const told = (compared: object): string =>
  Object.entries(compared)
    .map(([what, count]) => `${String(count)} ${what}`)
    .join(', ');

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Error(`${text} is not a whole number above zero`);
  return Number(text);
}
