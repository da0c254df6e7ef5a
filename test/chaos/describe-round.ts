import type { Done } from './disturb/disturber.js';
import type { Disturbance } from './disturb/plan.js';
import type { RoundReport } from './round.js';

/** A round for a person to read: what was done where, and what came of it. */
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

function describeDone({ disturbance, at, second, note }: Done): string {
  const { accepted, pseudonymised, decided, ledger } = at;
  const place = `accepted ${accepted}, pseudonymised ${pseudonymised}, decided ${decided}, revision ${ledger}`;
  const short = note.length > 110 ? `${note.slice(0, 110)}…` : note;
  return `  ${second.toFixed(1).padStart(6)} s  ${nameOf(disturbance).padEnd(34)} at ${place}: ${short}`;
}

function nameOf(disturbance: Disturbance): string {
  switch (disturbance.kind) {
    case 'kill':
      return `kill ${disturbance.victim}`;
    case 'redeliver':
      return `kill and redeliver ${disturbance.consumer}`;
    case 'poison':
      return `poison ${disturbance.topic.split('.')[2] ?? disturbance.topic}`;
    case 'zombie':
      return `put ${disturbance.consumer} to sleep`;
    case 'rebuild':
      return 'rebuild read models';
    case 'second-linker':
      return 'second linker';
    case 'full-disk':
      return 'full disk';
    default:
      return disturbance satisfies never;
  }
}
