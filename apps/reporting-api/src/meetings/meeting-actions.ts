import { randomUUID } from 'node:crypto';
import { InjectPool, Problem, type Caller } from '@kinledger/service-kit';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { ActionChange, ActionState, AgreedAction, MeetingAction } from './meeting-action.js';

/** Of more actions of a service, the open ones that are due first are shown; the others stay in the database. */
const MAX_ACTIONS = 500;
/** As the table allows. */
const MAX_VERSIONS = 1000;
const UNIQUE_VIOLATION = '23505';

interface Row extends ActionChange {
  readonly id: string;
  readonly service: string;
  readonly period: string;
}

const columns = `replace(action_id::text, '-', '') AS id, version, service, period, action AS text, owner,
  to_char(due, 'YYYY-MM-DD') AS due, state, person AS by, organisation,
  to_char(written_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at`;

/** What of an action changes; what is absent stays. */
export interface Changed {
  readonly text?: string | undefined;
  readonly owner?: string | undefined;
  readonly due?: string | undefined;
  readonly state?: ActionState | undefined;
}

/** Actions of service data meetings. Each change is a row of its own, and the latest row holds. */
@Injectable()
export class MeetingActions {
  readonly #pool: pg.Pool;

  constructor(@InjectPool('platform') pool: pg.Pool) {
    this.#pool = pool;
  }

  /**
   * The actions of a service: open ones first, by their due date, then those that are done or dropped, the latest first.
   * @param client absent: a connection of its own.
   */
  async ofService(service: string, client?: Pick<pg.ClientBase, 'query'>): Promise<readonly MeetingAction[]> {
    const { rows } = await (client ?? this.#pool).query<Row>(
      `SELECT ${columns} FROM meetings.action a
       WHERE service = $1 AND action_id IN (
         SELECT action_id FROM (SELECT DISTINCT ON (action_id) action_id, state, due FROM meetings.action
                                WHERE service = $1 ORDER BY action_id, version DESC) latest
         ORDER BY state <> 'open', CASE WHEN state = 'open' THEN due END, due DESC, action_id LIMIT ${MAX_ACTIONS})
       ORDER BY action_id, version`,
      [service],
    );
    const actions = [...Map.groupBy(rows, ({ id }) => id).values()].flatMap(actionOf);
    return actions.toSorted(openFirst);
  }

  /** @throws Problem 404 for an action that this service does not have. */
  async find(service: string, id: string): Promise<MeetingAction> {
    const { rows } = await this.#pool.query<Row>(
      `SELECT ${columns} FROM meetings.action WHERE action_id = $2 AND service = $1 ORDER BY version`,
      [service, id],
    );
    const [action] = actionOf(rows);
    if (action === undefined)
      throw new Problem(404, 'action-unknown', { detail: 'This service has no action with this id.' });
    return action;
  }

  /**
   * Records an action. With an id that exists, the action that stands is returned, so that a request that is sent again makes no
   * second one.
   */
  async add(
    service: string,
    { period, text, owner, due }: AgreedAction,
    {
      caller,
      id = randomUUID().replaceAll('-', ''),
    }: { readonly caller: Caller; readonly id?: string | undefined },
  ): Promise<MeetingAction> {
    await this.#write({ id, version: 1, service, period, text, owner, due, state: 'open' }, caller);
    return this.find(service, id);
  }

  /**
   * Records a change of an action.
   * @param version the version that the caller has seen.
   * @throws Problem 409 where somebody has changed it since, or it has as many versions as one may, 404 for an unknown action.
   */
  async change(
    service: string,
    { id, version, changed }: { readonly id: string; readonly version: number; readonly changed: Changed },
    caller: Caller,
  ): Promise<MeetingAction> {
    const now = await this.find(service, id);
    if (now.version !== version) throw changedSince();
    if (version >= MAX_VERSIONS)
      throw new Problem(409, 'action-full', {
        detail: `This action has ${MAX_VERSIONS} versions, and no action has more: record what is to be done as another action.`,
      });
    const given = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined));
    const { period, text, owner, due, state } = { ...now, ...given };
    const row = { id, version: version + 1, service, period, text, owner, due, state };
    if (!(await this.#write(row, caller))) throw changedSince();
    return this.find(service, id);
  }

  /** @returns false where the version exists. */
  async #write(
    row: Omit<Row, 'by' | 'organisation' | 'at'>,
    { person, organisation }: Caller,
  ): Promise<boolean> {
    try {
      await this.#pool.query(
        `INSERT INTO meetings.action (action_id, version, service, period, action, owner, due, state, person, organisation)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [
          ...[row.id, row.version, row.service, row.period, row.text, row.owner, row.due, row.state],
          ...[person, organisation ?? null],
        ],
      );
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION) return false;
      throw error;
    }
  }
}

/** The action that these versions, in their order, are of. */
function actionOf(versions: readonly Row[]): readonly MeetingAction[] {
  const latest = versions.at(-1);
  if (latest === undefined) return [];
  const { id, service, period, version, text, owner, due, state } = latest;
  const history = versions.map(({ id: _id, service: _service, period: _period, ...change }) => change);
  return [{ id, service, period, version, text, owner, due, state, history }];
}

function openFirst(one: MeetingAction, other: MeetingAction): number {
  const closed = ({ state }: MeetingAction): number => (state === 'open' ? 0 : 1);
  const byDue = one.due.localeCompare(other.due);
  return (
    closed(one) - closed(other) || (one.state === 'open' ? byDue : -byDue) || one.id.localeCompare(other.id)
  );
}

const changedSince = () =>
  new Problem(409, 'action-changed', {
    detail: 'Somebody has changed this action since you saw it: look at it again, then change it.',
  });
