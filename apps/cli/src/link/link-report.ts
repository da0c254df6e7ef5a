import { stepsDrawing } from './steps-drawing.js';
import { explainPair, levelsOf, MILLIBITS, probabilityOf, samePerson, type Model } from '@kinledger/kin';
import { individualsIn, type LinkedFiles } from '@kinledger/file-linkage';
import { escaped } from './escaped.js';
import { count, percent } from '../output/output.js';
import { ruleOf } from './write-links.js';

/** Chosen pairs: so many of each kind. */
const PAIRS_SHOWN = 3;
/** Scores beyond this are drawn at the end of the histogram, in bits. */
const LAST_BIT = 30;

/**
 * A page about a linkage, in one file: what each agreement weighs, how scores are spread, how large individuals are, which
 * records cannot be linked, and how chosen pairs came to their scores.
 * @param showValues whether record ids stand in it; otherwise it names no record.
 */
export function linkReport(linked: LinkedFiles, showValues: boolean): string {
  const pairs = pairsOf(linked);
  return page([
    summary(linked, pairs),
    ...linked.model.strata.map((stratum) => weights(linked, stratum)),
    histogram(linked),
    individuals(linked),
    unlinkable(linked),
    ...chosen(pairs).map((pair, index) => waterfall(linked, pair, index + 1, showValues)),
  ]);
}

/** A pair of records of one individual, and how sure that is. */
interface DecidedPair {
  readonly first: number;
  readonly second: number;
  readonly score: number;
  readonly certain: boolean;
  readonly rule: string;
}

const pairsOf = ({ decided }: LinkedFiles): readonly DecidedPair[] =>
  decided.flatMap(({ first, second, scores, reasons }) =>
    Array.from(first, (one, pair) => ({
      ...{ first: one, second: second[pair] as number, score: scores[pair] as number },
      certain: reasons[pair] === 0,
      rule: ruleOf(reasons[pair] as number),
    })),
  );

function summary(linked: LinkedFiles, pairs: readonly DecidedPair[]): string {
  const certain = pairs.filter(({ certain: is }) => is).length;
  const numbers: readonly (readonly [string, string])[] = [
    ['Records', count(linked.records.count)],
    ['Individuals', count(linked.clusterOf.filter((first, record) => first === record).length)],
    ['Pairs compared', count(linked.compared)],
    ['Linked pairs', count(pairs.length)],
    ['of these certain', count(certain)],
    ['of these for a person to look at', count(pairs.length - certain)],
  ];
  return table('Summary', ['What', 'How many'], numbers);
}

/** The weight of each level: how much likelier it is for one person than for strangers, in bits. */
/** Where no compared pair has a level, its weight says nothing: a dash stands for it. */
function weights({ model: { fields }, levelsSeen }: LinkedFiles, stratum: Model['strata'][number]): string {
  const match = stratum.classes.find((each) => each.class === 'match');
  const strangers = stratum.classes.find((each) => each.class === 'unrelated');
  const rows = fields.flatMap(({ name, kind }, field) =>
    levelsOf[kind].slice(1).map((level, index): readonly [string, string, string, string, string] => {
      const [m, u] = [match, strangers].map((each) => each?.levels[field]?.[index + 1] ?? 1);
      const weight = Math.log2((m ?? 1) / (u ?? 1));
      const bits = levelsSeen[field]?.[index + 1] === 1 ? weight.toFixed(1) : '–';
      return [name, level, percent(m ?? 0, 2), percent(u ?? 0, 4), bits];
    }),
  );
  const shares = stratum.classes
    .filter((each) => each.class !== 'unrelated')
    .map((each): readonly [string, string] => [
      samePerson.has(each.class) ? `${each.class} (one person)` : each.class,
      count(Math.round(each.share * stratum.pairs)),
    ]);
  const title =
    stratum.stratum === 'unknown' ? 'all pairs' : `pairs of two people of the role ${stratum.stratum}`;
  return (
    table(`Match weights, ${title}`, ['Field', 'Level', 'One person', 'Strangers', 'Bits'], rows) +
    table(`Classes, ${title}`, ['Class', 'Pairs, estimated'], shares)
  );
}

function histogram({ scoreCounts }: LinkedFiles): string {
  const bits = new Map<number, number>();
  for (const [score, pairs] of scoreCounts) {
    const bit = Math.max(-LAST_BIT, Math.min(LAST_BIT, Math.floor(score / MILLIBITS)));
    bits.set(bit, (bits.get(bit) ?? 0) + pairs);
  }
  const most = Math.max(1, ...bits.values());
  const rows = [...bits]
    .sort(([a], [b]) => a - b)
    .map(([bit, pairs]): readonly [string, string, Cell] => [
      `${bit < 0 ? '−' : ''}${Math.abs(bit)}`,
      count(pairs),
      bar(Math.log1p(pairs) / Math.log1p(most)),
    ]);
  return table('Scores of compared pairs, in bits (bars are logarithmic)', ['From', 'Pairs', 'Share'], rows);
}

function individuals(linked: LinkedFiles): string {
  const sizes = new Map<number, number>();
  let linkedRecords = 0;
  const { count: many, starts } = individualsIn(linked.clusterOf);
  for (let individual = 0; individual < many; individual++) {
    const size = (starts[individual + 1] as number) - (starts[individual] as number);
    sizes.set(size, (sizes.get(size) ?? 0) + 1);
    linkedRecords += size;
  }
  sizes.set(1, linked.records.count - linkedRecords);
  const rows = [...sizes]
    .sort(([a], [b]) => a - b)
    .map(([size, found]): readonly [string, string] => [String(size), count(found)]);
  return table('Records of an individual', ['Records', 'Individuals'], rows);
}

/** Records with too few values to reach certainty, whoever they meet. */
function unlinkable({ records, comparison, table: scores }: LinkedFiles): string {
  let [even, certain] = [0, 0];
  const known = new Map<string, number>();
  for (let record = 0; record < records.count; record++) {
    const at = record * records.stride;
    // What a counterpart of the same values would reach: how rare they are counts.
    comparison.compare(records.data, at, at);
    const { low, high } = comparison;
    const role = records.strata[record] ?? 0;
    const key = `${role} ${low} ${high}`;
    let best = known.get(key);
    if (best === undefined) {
      best = scores.score(role, low, high);
      known.set(key, best);
    }
    if (best <= 0) even += 1;
    if (best < 7 * MILLIBITS) certain += 1;
  }
  const row = (what: string, many: number): readonly [string, string, string] => [
    ...([what, count(many)] as const),
    percent(many / Math.max(1, records.count)),
  ];
  return table(
    'Records that hold too little',
    ['Even if all agrees in full', 'Records', 'Share'],
    [row('more likely two people than one', even), row('below seven bits, so never certain', certain)],
  );
}

/** Some certain pairs, some just above even, and some that a person looks at although the score is high. */
function chosen(pairs: readonly DecidedPair[]): readonly DecidedPair[] {
  const byScore = [...pairs].sort((a, b) => a.score - b.score || a.first - b.first || a.second - b.second);
  const certain = byScore.filter((pair) => pair.certain);
  const referred = byScore.filter((pair) => !pair.certain);
  return [
    ...referred.slice(0, PAIRS_SHOWN),
    ...referred.slice(-PAIRS_SHOWN),
    ...certain.slice(0, PAIRS_SHOWN),
  ];
}

function waterfall(linked: LinkedFiles, pair: DecidedPair, number: number, showValues: boolean): string {
  const { comparison, records, table: scores, stratumOf, bonus } = linked;
  comparison.compare(records.data, pair.first * records.stride, pair.second * records.stride);
  const { low, high } = comparison;
  const explained = explainPair(comparison.layout, scores, stratumOf(pair.first, pair.second), low, high);
  const bits = (score: number) => Number((score / MILLIBITS).toFixed(1));
  const title = showValues ? `${linked.idOf(pair.first)} and ${linked.idOf(pair.second)}` : `Pair ${number}`;
  const chart = stepsDrawing(
    `How ${title} came to ${bits(explained.score)} bits`,
    bits(explained.start),
    explained.fields.map(({ field, weight }) => ({ name: field, change: bits(weight) })),
  );
  const rows = explained.fields.map(({ field, level, weight }): readonly [string, string, string] => [
    field,
    level,
    bits(weight).toFixed(1),
  ]);
  const oneToOne = bonus === 0 ? '' : `; one-to-one linkage adds ${bits(bonus)} bits`;
  return `${heading(title)}<p>${escaped(pair.rule)}; probability ${probabilityOf(pair.score).toFixed(4)}${oneToOne}.</p>${chart}${bare(['Field', 'Level', 'Bits'], [['start', '', bits(explained.start).toFixed(1)], ...rows, ['score', '', bits(explained.score).toFixed(1)]], `The same as a table: ${title}`)}`;
}

const heading = (title: string): string => `<h2>${escaped(title)}</h2>`;
const BAR = 240;
/** A cell that is drawn, and so is no text to escape. */
interface Drawing {
  readonly svg: string;
}
type Cell = string | Drawing;

const bar = (share: number): Drawing => ({
  svg: `<svg width="${BAR}" height="12" aria-hidden="true"><rect width="${Math.round(share * BAR)}" height="12" fill="#12436d"></rect></svg>`,
});

function bare(titles: readonly string[], rows: readonly (readonly Cell[])[], caption: string): string {
  const head = titles.map((title) => `<th scope="col">${escaped(title)}</th>`).join('');
  const body = rows.map((cells) => {
    const written = cells.map((cell) => `<td>${typeof cell === 'string' ? escaped(cell) : cell.svg}</td>`);
    return `<tr>${written.join('')}</tr>`;
  });
  return `<table><caption>${escaped(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table>`;
}

const table = (title: string, titles: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  heading(title) + bare(titles, rows, title);

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#0b0c0c}table{border-collapse:collapse;margin:1rem 0}caption{text-align:left;color:#505a5f}td,th{text-align:left;padding:.2rem 1rem .2rem 0;border-bottom:1px solid #b1b4b6;font-variant-numeric:tabular-nums}svg{max-width:100%}svg text{font:14px system-ui,sans-serif}';

const page = (sections: readonly string[]): string => `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Linkage report</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Linkage report</h1>
${sections.join('\n')}
</main>
</body>
</html>
`;
