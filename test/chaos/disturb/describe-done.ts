import type { Done } from './disturber.js';
import type { Disturbance } from './plan.js';

/** A disturbance in one line: when, what, the progress of the work, and the outcome. */
export function describeDone({ disturbance, at, second, note }: Done): string {
  const { accepted, pseudonymised, decided, ledger } = at;
  const place = `accepted ${accepted}, pseudonymised ${pseudonymised}, decided ${decided}, revision ${ledger}`;
  const short = note.length > 110 ? `${note.slice(0, 110)}…` : note;
  return `  ${second.toFixed(1).padStart(6)} s  ${nameOf(disturbance).padEnd(34)} at ${place}: ${short}`;
}

function nameOf(disturbance: Disturbance): string {
  switch (disturbance.kind) {
    case 'kill':
      return `kill ${disturbance.victim}`;
    case 'hang':
      return `hang ${disturbance.victim}`;
    case 'redeliver':
      return `kill and redeliver ${disturbance.consumer}`;
    case 'poison':
      return `poison ${shortOf(disturbance.topic)}`;
    case 'repeat':
      return `repeat ${shortOf(disturbance.topic)}`;
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

const shortOf = (topic: string): string => topic.split('.')[2] ?? topic;
