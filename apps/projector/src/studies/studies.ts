import { randomUUID } from 'node:crypto';
import { instantSql, readInBatches } from '@kinledger/database';
import { positionOf, isMissing } from '@kinledger/figures';
import type { Programme } from '@kinledger/programme';
import { Problem } from '@kinledger/service-kit';
import {
  certificateOf,
  dataOutputSpecification,
  hmacBlocks,
  newStudyKey,
  permissionOf,
  queryOf,
  tablesOf,
  writeArchive,
  type DataOutputSpecification,
  type ExtractRow,
  type PermittedDataset,
  type WrittenArchive,
} from '@kinledger/studies';
import type pg from 'pg';
import { impatientStream } from './impatient-stream.js';

export interface StudiesOptions {
  readonly pool: pg.Pool;
  readonly programme: Programme;
  /** Today in the programme’s time zone, yyyy-mm-dd. */
  readonly today: () => string;
  readonly onError: (error: unknown) => void;
  /** How long its reader may take no byte before an extract is given up; 60 s by default. */
  readonly patienceMs?: number;
}

/** An extract that was handed out, or whose transfer broke off. */
export interface ListedExtract {
  readonly id: string;
  readonly position: number;
  readonly askedBy: string;
  readonly askedAt: string;
  /** Null if its transfer broke off. */
  readonly completedAt: string | null;
  readonly people: number | null;
  /** SHA-256 of manifest.json, 64 hex digits. */
  readonly manifest: string | null;
  readonly expires: string;
  readonly organisation: string;
}

export interface ListedStudy {
  readonly study: string;
  readonly openedAt: string;
  readonly destroyedAt: string | null;
  readonly destroyedBy: string | null;
  readonly extracts: readonly ListedExtract[];
}

/** An extract whose bytes are under way. */
export interface OpenExtract {
  readonly id: string;
  readonly position: number;
  readonly archive: ReadableStream<Uint8Array>;
}

const ROWS_AT_A_TIME = 2_000;
/** A transaction that stays open delays the swap of a rebuild and the database’s housekeeping. */
const PATIENCE_MS = 60_000;

/** Extracts for evaluators, under pseudonyms of their study, and the end of a study. */
export class Studies {
  readonly #options: StudiesOptions;
  /** The study whose extract is being made. */
  #writing: string | undefined;

  constructor(options: StudiesOptions) {
    this.#options = options;
  }

  /**
   * What the study may see, without making an extract.
   * @throws Problem 422 with every reason against the specification, 409 where the study’s key is destroyed.
   */
  async check(specification: DataOutputSpecification): Promise<readonly PermittedDataset[]> {
    const { programme, today, pool } = this.#options;
    const { permitted, refusals } = permissionOf(programme, specification, today());
    if (refusals.length > 0)
      throw new Problem(422, 'extract-not-permitted', {
        detail: 'The study may not have this extract: errors says why, and what to do.',
        errors: refusals.map(({ path, message }) => ({ path: `body.specification.${path}`, message })),
      });
    const { rows } = await pool.query<{ is_destroyed: boolean }>(
      'SELECT key IS NULL AS is_destroyed FROM operations.study WHERE study = $1',
      [specification.study],
    );
    if (rows[0]?.is_destroyed === true) throw studyDestroyed();
    return permitted;
  }

  /**
   * Begins an extract. Its bytes are read from one state of the read models, as fast as the reader takes them.
   * @param asAt position of read models that were rebuilt; the live ones without it.
   * @throws Problem as `check`; 409 while another extract is made; 404 where no read models stand at the position.
   */
  async extract(
    specification: DataOutputSpecification,
    asAt: number | undefined,
    person: string,
  ): Promise<OpenExtract> {
    const permitted = await this.check(specification);
    if (this.#writing !== undefined)
      throw new Problem(409, 'extract-running', {
        detail: 'Another extract is being made: ask again when it is done.',
      });
    this.#writing = specification.study;
    try {
      return await this.#begin(specification, permitted, asAt, person);
    } catch (error) {
      this.#writing = undefined;
      throw error;
    }
  }

  async #begin(
    specification: DataOutputSpecification,
    permitted: readonly PermittedDataset[],
    asAt: number | undefined,
    person: string,
  ): Promise<OpenExtract> {
    const { pool, programme } = this.#options;
    const key = await this.#keyOf(specification.study);
    const client = await pool.connect();
    // Without a listener, a connection that breaks between two queries would end the process.
    client.on('error', () => undefined);
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const position = await openReadModels(client, asAt);
      const { rows } = await client.query<{ digest: string }>(
        'SELECT definition_digest AS digest FROM programme',
      );
      const id = randomUUID();
      await pool.query(
        `INSERT INTO operations.study_extract (extract_id, study, specification, position, asked_by) VALUES ($1, $2, $3, $4, $5)`,
        [id, specification.study, JSON.stringify(specification), position, person],
      );
      const { readable, writable, stop } = impatientStream(this.#options.patienceMs ?? PATIENCE_MS);
      const blocks = hmacBlocks(key);
      const written = writeArchive({
        programme: programme.definition.name,
        definition: rows[0]?.digest ?? '',
        ...{ position, specification, permitted },
        tables: tablesOf(specification),
        rowsOf: ({ name }) =>
          readInBatches<ExtractRow>(client, queryOf(name, specification, permitted, blocks), ROWS_AT_A_TIME),
        to: writable,
      });
      void this.#finish(written, id, client, writable).finally(stop);
      return { id: id.replaceAll('-', ''), position, archive: readable };
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** Registers a complete extract before its reader sees the end. */
  async #finish(
    written: Promise<WrittenArchive>,
    id: string,
    client: pg.PoolClient,
    to: WritableStream<Uint8Array>,
  ): Promise<void> {
    const { pool, onError } = this.#options;
    try {
      const { people, manifest } = await written;
      const { rowCount } = await pool.query(
        `UPDATE operations.study_extract e SET completed_at = now(), people = $2, manifest = $3
         FROM operations.study s WHERE extract_id = $1 AND s.study = e.study AND s.key IS NOT NULL`,
        [id, people, manifest],
      );
      if (rowCount !== 1) throw new Error('the key of the study was destroyed while its extract was made');
      this.#writing = undefined;
      await to.close();
    } catch (error) {
      onError(error);
      await to.abort(error).catch(() => undefined);
    } finally {
      this.#writing = undefined;
      // A query may still be under way: the connection goes with it.
      client.release(true);
    }
  }

  /** The key of the study’s pseudonyms, made with its first extract. */
  async #keyOf(study: string): Promise<Buffer> {
    const { pool } = this.#options;
    await pool.query(
      'INSERT INTO operations.study (study, key) VALUES ($1, $2) ON CONFLICT (study) DO NOTHING',
      [study, newStudyKey()],
    );
    const { rows } = await pool.query<{ key: Buffer | null }>(
      'SELECT key FROM operations.study WHERE study = $1',
      [study],
    );
    const key = rows[0]?.key;
    if (key === undefined || key === null) throw studyDestroyed();
    return key;
  }

  /** All studies, the latest first, with their extracts. */
  async all(): Promise<readonly ListedStudy[]> {
    const { pool } = this.#options;
    const { rows: studies } = await pool.query<Omit<ListedStudy, 'extracts'>>(
      `SELECT study, ${instantSql('opened_at')} AS "openedAt", ${instantSql('destroyed_at')} AS "destroyedAt", destroyed_by AS "destroyedBy"
       FROM operations.study ORDER BY opened_at DESC, study`,
    );
    const { rows: extracts } = await pool.query<ListedExtract & { readonly study: string }>(
      `SELECT study, replace(extract_id::text, '-', '') AS id, position::float8 AS position, asked_by AS "askedBy",
              ${instantSql('asked_at')} AS "askedAt", ${instantSql('completed_at')} AS "completedAt", people, manifest,
              specification ->> 'expires' AS expires, specification -> 'recipient' ->> 'organisation' AS organisation
       FROM operations.study_extract ORDER BY asked_at DESC, extract_id`,
    );
    const ofStudy = Map.groupBy(extracts, ({ study }) => study);
    return studies.map((study) => ({
      ...study,
      extracts: (ofStudy.get(study.study) ?? []).map(({ study: _, ...extract }) => extract),
    }));
  }

  /**
   * Destroys the key of a study. What was destroyed before is only certified again.
   * @returns the certificate, in Markdown.
   * @throws Problem 404 where no extract of the study was ever made, 409 while one is made.
   */
  async destroy(study: string, person: string): Promise<string> {
    const { pool, programme } = this.#options;
    if (this.#writing === study)
      throw new Problem(409, 'extract-running', {
        detail: 'An extract of this study is being made: ask again when it is done.',
      });
    await pool.query(
      `UPDATE operations.study SET key = NULL, destroyed_at = now(), destroyed_by = $2 WHERE study = $1 AND key IS NOT NULL`,
      [study, person],
    );
    const found = (await this.all()).find((each) => each.study === study);
    const [latest] = found?.extracts ?? [];
    if (latest === undefined || found?.destroyedAt == null || found.destroyedBy === null)
      throw new Problem(404, 'study-unknown', { detail: 'No extract of this study was ever made.' });
    const { rows } = await pool.query<{ specification: unknown }>(
      `SELECT specification FROM operations.study_extract WHERE extract_id = $1::uuid`,
      [latest.id],
    );
    return certificateOf({
      specification: dataOutputSpecification.parse(rows[0]?.specification),
      programme: programme.definition.name,
      ...{ destroyedBy: found.destroyedBy, destroyedAt: found.destroyedAt },
      extracts: found.extracts.map(({ position, askedAt, manifest }) => ({
        position,
        madeAt: askedAt,
        manifest,
      })),
    });
  }
}

const studyDestroyed = (): Problem =>
  new Problem(409, 'study-destroyed', {
    detail:
      'The key of this study is destroyed, and no extract of it can be made: a study with another name can begin.',
  });

/** Puts the read models on the client’s search path. @returns their ledger position. */
async function openReadModels(client: pg.ClientBase, asAt: number | undefined): Promise<number> {
  try {
    await client.query(
      `SELECT set_config('search_path', published.schema_at($1) || ', pg_catalog, pg_temp', true)`,
      [asAt ?? null],
    );
    return await positionOf(client, { asAt });
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw asAt === undefined
      ? new Problem(503, 'read-models-missing', {
          detail: 'The read models are not there yet: ask again when the projector has made them.',
          headers: { 'retry-after': '2' },
        })
      : new Problem(404, 'position-not-rebuilt', {
          detail: 'No read models stand at that position: ask the projector to rebuild up to it first.',
        });
  }
}
