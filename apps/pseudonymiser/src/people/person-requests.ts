import {
  encodeCloudEvent,
  PersonAnswered,
  topics,
  type DataOf,
  type PersonRefusal,
  type PersonRequested,
  type Suppression,
} from '@kinledger/contracts';
import { inTransaction } from '@kinledger/database';
import type { NamedPerson } from '@kinledger/pseudonymised-rows';
import type pg from 'pg';
import { SOURCE } from '../files/chunk-publisher.js';
import { statesOutbox } from '../files/states-outbox.js';
import type { TokenKeyInForce } from '../keys/token-key-in-force.js';
import type { RowWorkers } from '../worker/row-workers.js';
import { addLines, lockSuppressions, stillSuppressed } from './suppression-log.js';
import type { SuppressionFile } from './suppression-file.js';

type Request = DataOf<typeof PersonRequested>;

export interface PersonRequestsOptions {
  readonly programme: string;
  readonly pool: pg.Pool;
  readonly workers: RowWorkers;
  /** Absent where nobody can be suppressed. */
  readonly list: SuppressionFile | undefined;
  readonly keys: Pick<TokenKeyInForce, 'version'>;
  readonly now: () => Date;
  /** Called after a commit that wrote to the outbox. */
  readonly wakeOutbox: () => void;
  /** Told of a request that is answered, by its id, what was asked and how it ended. */
  readonly onAnswered: (request: Request, outcome: 'done' | PersonRefusal, marks: number) => void;
}

/** A request that was read, or why it is refused. */
type Reading =
  | { readonly person: NamedPerson; readonly keyVersion: number; readonly refusal?: undefined }
  | { readonly refusal: PersonRefusal; readonly person?: undefined };

/** A person, and the version of the token keys under which the tokens are. */
interface KeyedPerson extends NamedPerson {
  readonly keyVersion: number;
}

const nobody: KeyedPerson = { tokens: [], rowKeys: [], marks: [], keyVersion: 1 };

/**
 * Suppresses people, or lifts suppressions. Only when that is durable, outside the databases too, is the request
 * answered; what it said of the person is deleted with the answer.
 */
export class PersonRequests {
  readonly #options: PersonRequestsOptions;

  constructor(options: PersonRequestsOptions) {
    this.#options = options;
  }

  /** To be repeated when it rejects: a request that was answered is answered alike again. */
  async carryOut(request: Request): Promise<void> {
    const { pool, programme, wakeOutbox, onAnswered } = this.#options;
    if (request.programme !== programme) return;
    if (await this.#isAnswered(request)) {
      await inTransaction(pool, (client) =>
        statesOutbox.write(client, [answerTo(request, this.#options.now())]),
      );
      wakeOutbox();
      return;
    }
    const reading = await this.#read(request);
    const told =
      reading.person === undefined
        ? await this.#answer(request, nobody, reading.refusal)
        : await this.#apply(request, { ...reading.person, keyVersion: reading.keyVersion });
    wakeOutbox();
    onAnswered(request, told.refusal ?? 'done', told.marks);
  }

  async #isAnswered({ request }: Request): Promise<boolean> {
    const { rowCount } = await this.#options.pool.query(
      'SELECT FROM pseudonymiser.person_answer WHERE request = $1',
      [request],
    );
    return rowCount === 1;
  }

  async #read({ request }: Request): Promise<Reading> {
    const { pool, workers, list } = this.#options;
    if (list === undefined) return { refusal: 'suppressions-not-configured' };
    const { rows } = await pool.query<{ wrappedDataKey: Buffer; sealed: Buffer }>(
      `SELECT wrapped_data_key AS "wrappedDataKey", sealed FROM landing.person_request WHERE request = $1`,
      [request],
    );
    const [found] = rows;
    if (found === undefined) return { refusal: 'request-gone' };
    const keyVersion = await this.#options.keys.version();
    const result = await workers.withWorker((worker) =>
      worker.run({ kind: 'person', request, keyVersion, ...found }),
    );
    if (result.kind !== 'person') return { refusal: 'request-not-authentic' };
    const { person } = result;
    return person.marks.length === 0 ? { refusal: 'names-nobody' } : { person, keyVersion };
  }

  async #apply(request: Request, person: KeyedPerson) {
    const { pool, list } = this.#options;
    const marks =
      request.act === 'erase' ? [...person.marks] : await stillSuppressed(pool, [...person.marks]);
    if (marks.length === 0) return this.#answer(request, nobody, 'not-suppressed');
    const suppression: Suppression = {
      programme: request.programme,
      request: request.request,
      act: request.act === 'erase' ? 'suppress' : 'lift',
      marks,
      basis: request.reason,
      by: request.askedBy.person,
      at: request.at,
    };
    // On the list first: no backup has a suppression that the list does not have.
    await list?.append(suppression);
    return this.#answer(request, request.act === 'erase' ? person : nobody, undefined, suppression);
  }

  /** One transaction: the lines of the log, the answer, and the end of what was sealed. */
  async #answer(
    request: Request,
    { tokens, rowKeys, keyVersion }: KeyedPerson,
    refusal: PersonRefusal | undefined,
    suppression?: Suppression,
  ): Promise<{ readonly refusal: PersonRefusal | undefined; readonly marks: number }> {
    const { pool, now } = this.#options;
    const at = now();
    const marks = suppression?.marks.length ?? 0;
    await inTransaction(pool, async (client) => {
      if (suppression !== undefined) {
        await lockSuppressions(client);
        await addLines(client, suppression);
      }
      await client.query(
        `INSERT INTO pseudonymiser.person_answer (request, outcome, refusal, marks, tokens, row_keys, key_version, answered_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
        [
          request.request,
          refusal === undefined ? 'done' : 'refused',
          refusal ?? null,
          marks,
          JSON.stringify(tokens),
          rowKeys,
          keyVersion,
          at,
        ],
      );
      await client.query('DELETE FROM landing.person_request WHERE request = $1', [request.request]);
      await statesOutbox.write(client, [answerTo(request, at)]);
    });
    return { refusal, marks };
  }
}

function answerTo({ programme, request, act }: Request, at: Date) {
  const { headers, value } = encodeCloudEvent(PersonAnswered, {
    id: `person-answered:${request}`,
    source: SOURCE,
    time: at.toISOString(),
    data: { programme, request, act },
  });
  return { topic: topics.personAnswered.name, key: programme, headers, value };
}
