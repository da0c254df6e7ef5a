import { count, percent } from '../output/output.js';
import { right, table } from '../output/table.js';
import type { Attack } from './attack.js';
import type { Recovered } from './recovery.js';

/** What an attack recovered, for people: shares of the occurrences in rows. */
export function describeAttack({ rows, fields, tried, tokensPerSecond }: Attack): string {
  const attackers = ['By rank', 'No salt, no key', 'Salt, no key', 'Salt and key'];
  return [
    `Stored tokens of ${count(rows)} rows, and what share of them an attacker recovers`,
    table(
      [{ title: 'Field' }, ...['Values', 'In rows', ...attackers].map(right)],
      fields.map(({ field, stored, byRank, withNothing, withSalt, withBoth }) => [
        field,
        count(stored.values),
        count(stored.occurrences),
        ...[byRank, withNothing, withSalt, withBoth].map((recovered) => share(recovered, stored)),
      ]),
    ),
    '',
    'Values that were tried, besides those of the attacker’s own population',
    table(
      [{ title: '' }, right('Tried'), right('Of'), right('All would take')],
      tried.map(({ field, values, space }) => [
        `  ${field}`,
        count(values),
        count(space),
        duration(space / tokensPerSecond),
      ]),
    ),
    `  at ${count(Math.round(tokensPerSecond))} tokens a second, on one processor of this machine`,
  ].join('\n');
}

const share = ({ occurrences }: Recovered, stored: Recovered): string =>
  percent(stored.occurrences === 0 ? 0 : occurrences / stored.occurrences);

const MINUTE = 60;
const HOUR = 3_600;

const duration = (seconds: number): string =>
  seconds < MINUTE
    ? `${seconds.toFixed(1)} s`
    : seconds < HOUR
      ? `${(seconds / MINUTE).toFixed(0)} min`
      : `${(seconds / HOUR).toFixed(1)} h`;
