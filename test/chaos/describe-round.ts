import { describeDone } from './disturb/describe-done.js';
import type { RoundReport } from './round.js';

/** A readable report of a round: each disturbance, where it fell, and its outcome. */
export function describeRound(report: RoundReport, wrong: readonly string[]): string {
  const { seed, seconds, kills, refusals, events, done } = report;
  const told = Object.entries(refusals).map(([status, times]) =>
    status === '0' ? `not answered ${times} times` : `answered ${status} ${times} times`,
  );
  return [
    `round ${seed}: ${wrong.length === 0 ? 'as undisturbed' : 'NOT as undisturbed'}`,
    `  ${kills} kills, ${events} events in the ledger, ${seconds.disturbed} s disturbed, ${seconds.undisturbed} s undisturbed`,
    `  senders were ${told.length === 0 ? 'always answered' : told.join(', ')}`,
    ...done.map(describeDone),
    ...wrong.map((line) => `  ! ${line}`),
  ].join('\n');
}
