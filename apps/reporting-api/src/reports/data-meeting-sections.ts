import { dayName, instantName } from '@kinledger/page-kit/names';
import { periodNameOf, type ActionState, type MeetingAction } from '../meetings/meeting-action.js';
import type { PartOf } from './reach-sections.js';
import type { ReportSection, ReportTable } from './report.js';
import { number } from './shares.js';

/** A page stays readable; the API has more of them. */
const MAX_CLOSED = 20;

/** Whether an action is still open after its due date. */
const isOverdue = ({ state, due }: Pick<MeetingAction, 'state' | 'due'>, today: string): boolean =>
  state === 'open' && due < today;

export const stateNames: Readonly<Record<ActionState, string>> = {
  open: 'Open',
  done: 'Done',
  dropped: 'Dropped',
};

/**
 * What the data meetings of a service agreed on: what is open, and what was done or dropped last.
 * @param today yyyy-mm-dd: open actions that were due before are overdue.
 */
export function actionsSections(
  of: Pick<PartOf, 'key' | 'scopeName'>,
  actions: readonly MeetingAction[],
  today: string,
): readonly ReportSection[] {
  const open = actions.filter(({ state }) => state === 'open');
  const closed = actions.filter(({ state }) => state !== 'open');
  const [next] = open;
  const table = (caption: string, rows: readonly MeetingAction[], all: number): ReportTable => ({
    caption,
    heads: ['Action', 'Owner', 'Due', 'Meeting about', 'Last changed'],
    rows: rows.map(({ text, owner, due, period, state, history }) => ({
      name: text,
      cells: [owner, dayName(due), periodNameOf(period), instantName(history.at(-1)?.at ?? '')],
      status: isOverdue({ state, due }, today) ? 'Open, overdue' : stateNames[state],
    })),
    definition:
      'actions as the service’s provider and the programme’s team recorded them; overdue on the day of reading.',
    n: `${number(all)} ${all === 1 ? 'action' : 'actions'}`,
    denominator: 'None.',
    // Actions are not in the ledger, and change at one position of it.
    ...{ position: null, disclosure: 'none' },
  });
  return [
    {
      id: `${of.key}-actions`,
      title: 'Actions of the data meeting',
      finding:
        next === undefined
          ? `${of.scopeName}: no action is open.`
          : `${of.scopeName}: ${open.length === 1 ? 'one action is' : `${number(open.length)} actions are`} open, the first of them due on ${dayName(next.due)}.`,
      tables: [
        ...(open.length === 0 ? [] : [table('Open actions', open, open.length)]),
        ...(closed.length === 0
          ? []
          : [table('Actions done or dropped', closed.slice(0, MAX_CLOSED), closed.length)]),
      ],
    },
  ];
}
