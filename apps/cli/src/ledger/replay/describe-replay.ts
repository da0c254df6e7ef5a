import type { Replayed, ReplayedDecision } from '@kinledger/decisions';
import type { LedgerEvent } from '@kinledger/contracts';
import { count } from '../../output/output.js';
import { firstDifference } from './first-difference.js';

/** How many decisions that cannot be decided are named. */
export const MAX_NAMED = 20;
const MAX_FAULTS = 20;
const MAX_VALUE = 400;

/** What a replay found, for people. */
export function describeReplay(
  { stream, counts, read, records, firstDivergence, faults, unfinished }: Replayed,
  notDecidable: readonly ReplayedDecision[],
  seconds: number,
): string {
  const all = counts.equal + counts.diverged + counts['not-decidable'];
  const rate = count(Math.round(records / Math.max(seconds, 0.001)));
  return [
    `${stream}: ${count(all)} decisions about ${count(records)} records were made again in ${seconds.toFixed(1)} s (${rate} records/s).`,
    `  equal          ${count(counts.equal)}`,
    `  diverged       ${count(counts.diverged)}`,
    `  not decidable  ${count(counts['not-decidable'])}${counts['not-decidable'] === 0 ? '' : ' (bodies are erased, as the ledger says)'}`,
    ...(read === 0 ? [] : [`  only read      ${count(read)}`]),
    ...notDecidable.map(({ from, to, type }) => `  not decidable  positions ${from} to ${to}, ${type}`),
    ...(counts['not-decidable'] > notDecidable.length
      ? [`  not decidable  and ${count(counts['not-decidable'] - notDecidable.length)} more`]
      : []),
    ...(unfinished === 0
      ? []
      : [`  note           the last ${count(unfinished)} events belong to a decision that is not finished.`]),
    ...faults
      .slice(0, MAX_FAULTS)
      .map(
        ({ record, revision }) =>
          `  fault          the body of record ${record}, which entered at position ${revision}, is missing, and no erasure names it`,
      ),
    ...(faults.length > MAX_FAULTS ? [`  fault          and ${count(faults.length - MAX_FAULTS)} more`] : []),
    ...(firstDivergence === undefined ? [] : describeDivergence(firstDivergence)),
    ...(counts.diverged === 0 && faults.length === 0
      ? ['What was decided is what the recorded inputs give.']
      : []),
  ].join('\n');
}

function describeDivergence({ from, to, type, cause, difference, refusal }: ReplayedDecision): string[] {
  const heading = `First divergence: the decision at positions ${from} to ${to} (${type}, caused by ${cause})`;
  if (refusal !== undefined) return [heading, `  ${refusal}`];
  if (difference === undefined) return [heading];
  const { revision, recorded, recomputed } = difference;
  if (recorded === undefined) return [heading, ...sides(revision, '', 'nothing more', shortOf(recomputed))];
  if (recomputed === undefined) return [heading, ...sides(revision, '', shortOf(recorded), 'nothing more')];
  const found = firstDifference(sayingOf(recorded), sayingOf(recomputed));
  if (found === undefined)
    return [heading, `  position ${revision}: its bytes differ, and what they say does not`];
  return [
    heading,
    ...sides(
      revision,
      found.at,
      shown(found.recorded),
      shown(found.recomputed),
      recordAt(recorded, found.at),
    ),
  ];
}

function sides(revision: number, at: string, recorded: string, recomputed: string, about = ''): string[] {
  return [
    `  position ${revision}${at === '' ? '' : `, ${at}`}${about}`,
    `    the ledger has          ${recorded}`,
    `    the recorded inputs give ${recomputed}`,
  ];
}

/** What the bytes of an event are made of. */
const sayingOf = ({ type, cause, time, revision, id, data }: LedgerEvent) => ({
  type,
  cause,
  time,
  revision,
  id,
  data,
});

const shortOf = (event: LedgerEvent | undefined): string =>
  event === undefined ? 'nothing' : `${event.type} ${shown(event.data)}`;

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
}

/** The record whose placement differs. */
function recordAt(event: LedgerEvent, at: string): string {
  const [, place] = /^data\.placements\[(\d+)\]/.exec(at) ?? [];
  if (event.type !== 'RecordsPlaced' || place === undefined) return '';
  const placement = event.data.placements[Number(place)];
  return placement === undefined ? '' : ` (record ${placement.record})`;
}
