import { isDeepStrictEqual } from 'node:util';
import type { Outcome } from './outcome/outcome.js';
import type { RoundReport } from './round.js';

/** The faults of a round, one a line; empty if it passed. */
export function differences(report: RoundReport): readonly string[] {
  const { disturbed, undisturbed, rebuilt, limbo, deadLetters } = report;
  const wrong: string[] = [];
  for (const [what, count] of Object.entries(limbo)) wrong.push(`left in limbo: ${count} ${what}`);
  for (const letter of deadLetters) wrong.push(`dead letters of ${letter}`);
  wrong.push(...differencesOf(disturbed, undisturbed));
  if (rebuilt.before !== rebuilt.after) wrong.push('the rebuilt read models differ from the live ones');
  return wrong;
}

/** How the outcome of a disturbed run differs from that of an undisturbed one, one a line; empty if they are equal. */
export function differencesOf(disturbed: Outcome, undisturbed: Outcome): readonly string[] {
  const wrong: string[] = [];
  const at = firstDifference(disturbed.ledger, undisturbed.ledger);
  if (at !== undefined) {
    wrong.push(
      `the ledger differs from revision ${at} on:`,
      `  disturbed:   ${disturbed.ledger[at] ?? 'nothing'}`,
      `  undisturbed: ${undisturbed.ledger[at] ?? 'nothing'}`,
    );
  }
  if (!isDeepStrictEqual(disturbed.groups, undisturbed.groups)) wrong.push('the groups differ');
  for (const [table, rows] of Object.entries(undisturbed.readModels)) {
    if (disturbed.readModels[table] !== rows) {
      wrong.push(
        `table ${table} of the read models differs: ${disturbed.readModels[table] ?? 'absent'}, not ${rows}`,
      );
    }
  }
  for (const [period, answer] of Object.entries(undisturbed.figures)) {
    if (!isDeepStrictEqual(disturbed.figures[period], answer)) wrong.push(`the figures of ${period} differ`);
  }
  return wrong;
}

function firstDifference(left: readonly string[], right: readonly string[]): number | undefined {
  const length = Math.max(left.length, right.length);
  for (let at = 0; at < length; at += 1) if (left[at] !== right[at]) return at;
  return undefined;
}
