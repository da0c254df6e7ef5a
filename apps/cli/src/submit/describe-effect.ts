import type { Effect } from '../api/ingest.js';
import { count } from '../output/output.js';

/**
 * How a submission changes the rows of its dataset, one line per kind of change.
 * @param when `would` before submitting, `done` after.
 */
export function describeEffect(effect: Effect, when: 'would' | 'done'): string[] {
  const verb = (future: string, past: string) => (when === 'would' ? `would ${future}` : past);
  const rows = (number: number) => `${count(number)} ${number === 1 ? 'row' : 'rows'}`;
  const from = effect.retiresOf.map(({ submission, rows: number }) => `${count(number)} of ${submission}`);
  const lines: [number, string][] = [
    [effect.adds, `${verb('add', 'added')} ${rows(effect.adds)}`],
    [effect.replaces, `${verb('replace', 'replaced')} ${rows(effect.replaces)}`],
    [effect.retires, `${verb('retire', 'retired')} ${rows(effect.retires)}: ${from.join(', ')}`],
    [effect.refuses, `  for ${rows(effect.refuses)} of these, consent is refused`],
    [effect.revives, `${verb('bring back', 'brought back')} ${rows(effect.revives)}`],
    [effect.equal, `${rows(effect.equal)} say what stands already, and count once`],
    [effect.overtaken, `${rows(effect.overtaken)} change nothing: something newer stands`],
    [
      effect.sharesKey,
      `${rows(effect.sharesKey)} share a natural key with rows about other people: both stand`,
    ],
    [effect.notCompared.length, `not compared with ${effect.notCompared.join(', ')}`],
  ];
  return lines.filter(([number]) => number > 0).map(([, text]) => `  ${text}`);
}
