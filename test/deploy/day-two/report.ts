import type { Ending } from './replacing.ts';
import type { Tally } from './load.ts';

/** A phase of a run: what was done to the platform, and what senders and readers saw meanwhile. */
export interface Phase {
  readonly what: string;
  readonly tally: Tally;
  readonly seconds: number;
  readonly endings: readonly Ending[];
  readonly note: string;
}

const titles = [
  'what',
  'files sent',
  'rows sent',
  'rows lost',
  'answers',
  'refused',
  'failed',
  'seconds',
  'old pods ended after',
  'note',
];

/** Rows of a phase's files that the ledger does not have. */
export const lostOf = ({ tally }: Phase, decided: ReadonlyMap<string, number>): number =>
  tally.sent.reduce((sum, { accepted, submission }) => sum + accepted - (decided.get(submission) ?? 0), 0);

/** The phases as a table in Markdown. */
export function tableOf(phases: readonly Phase[], decided: ReadonlyMap<string, number>): string {
  const lines = phases.map((phase) => {
    const { what, tally, seconds, endings, note } = phase;
    return [
      what,
      tally.sent.length,
      tally.sent.reduce((sum, { accepted }) => sum + accepted, 0),
      lostOf(phase, decided),
      tally.answers,
      tally.refused,
      tally.failed.length,
      seconds.toFixed(1),
      endings.map((ending) => `${ending.seconds.toFixed(1)} s, exit ${String(ending.code)}`).join('; ') ||
        '–',
      note || '–',
    ].join(' | ');
  });
  const rule = titles.map(() => '---').join(' | ');
  return [titles.join(' | '), rule, ...lines].map((line) => `| ${line} |`).join('\n');
}
