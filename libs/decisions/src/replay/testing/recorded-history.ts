import {
  FiguresComputed,
  ledgerContracts,
  causeOfCommand,
  encodeRowChunk,
  MAX_KEY_VERSION,
  RowChunk,
  type CommandData,
  type CommandKind,
  type DataOf,
  type FileAccepted,
  type LedgerEvent,
  type RecordId,
  type PeriodCode,
  type QuarterVersions,
} from '@kinledger/contracts';
import {
  canonicalBytes,
  LinkageEngine,
  sha256Hex,
  strategyWithTable,
  type LinkageEngineOptions,
} from '@kinledger/domain';
import {
  HistoryPlayer,
  LinkageWorld,
  testScopes,
  testSettings,
  type Received,
  type Step,
} from '@kinledger/domain/testing';
import {
  bodiesIn,
  InMemoryBodiesToRekey,
  InMemoryEventStore,
  InMemoryLedger,
  type EnteredRecord,
} from '@kinledger/event-store';
import { definitionDocument, programmeOf, type Programme } from '@kinledger/programme';
import { adoptionOf, adoptStrategy, firstInstantOf } from '../../adoption.js';
import { changeSigningKey, keyChangeDue, type PreviousSigningKey } from '../../change-signing-key.js';
import { quarterVersionsOf } from '../../quarter-versions.js';
import type { CommandContext, ErasingHand, RekeyingHand } from '../../commands/command-handler.js';
import { handlerOf } from '../../commands/command-handlers.js';
import { decideSubmission, park } from '../../decide-submission.js';
import { eraseCarerTokens } from '../../erase-carer-tokens.js';
import { eraseRecords } from '../../erase-records.js';
import { defaultAppendLimits, LedgerWriter } from '../../ledger-writer.js';
import { ProgrammeLedger } from '../../programme-ledger.js';
import { recover } from '../../recovery.js';
import { rekeyedChunk } from '../../rekeying/rekey-chunk.js';
import { rekeyedIn } from '../../rekeying/rekeyed-chunk.js';
import { WrappingByKeys } from '../../rekeying/testing/wrapping-by-keys.js';
import { reviewPolicyOf, type ReviewPolicy } from '../../reviews/review-policy.js';
import { Scribe, type Cause } from '../../scribe.js';
import type { StagedRows } from '../../staged-rows.js';
import { writeDecisions } from '../../write-decisions.js';

export const STREAM = 'programme-test';
const signal = new AbortController().signal;
/** In the form of an Ed25519 public key; nobody signs with it. */
const anyKey = Buffer.alloc(32, 7).toString('base64');

const schemaOf = (sessionKinds: readonly string[]) => ({
  fields: [{ name: 'id', title: 'Id', type: 'string' }],
  primaryKey: ['id'],
  'x-kinledger': { role: 'adult', ...(sessionKinds.length === 0 ? {} : { sessionKinds }) },
});

type Settings = Programme['definition']['strategy'];

/** What a programme of histories asks of reviews and counts. */
interface AskedOfReviews {
  readonly reviews?: Programme['definition']['reviews'];
  readonly sensitive?: readonly string[];
  /** Kinds of session that count in figures. */
  readonly sessionKinds?: readonly string[];
  /** Whether rows may have derived tokens. */
  readonly derives?: boolean;
}

/** The programme of the histories of linkage, by a strategy or by its limit of holders. */
export function programmeOfHistories(
  strategy: number | Settings = testSettings.maxHoldersPerToken,
  { reviews, sensitive = [], sessionKinds = [], derives = false }: AskedOfReviews = {},
): Programme {
  const services = ['alpha', 'beta', 'gamma'];
  const datasets = services.flatMap((service) => [`${service}.user`, `${service}.engagement`]);
  const document = definitionDocument.parse({
    definition: {
      id: 'test',
      name: 'Histories',
      version: 1,
      strands: [{ id: 'early', name: 'Early years' }],
      services: services.map((id) => ({ id, name: id, strand: 'early', provider: 'provider' })),
      datasets: datasets.map((id) => {
        const [service, dataType = ''] = id.split('.');
        return {
          id,
          service,
          dataType,
          extractKind: 'delta',
          schemaFile: `${dataType}.json`,
          agreement: 'agreed',
          ...(sensitive.includes(id) ? { sensitive: true } : {}),
        };
      }),
      agreements: [{ id: 'agreed', provider: 'provider', validFrom: '2020-04-01', validTo: '2030-01-01' }],
      authority: ['alpha.user'],
      familyScopes: testScopes,
      strategy: typeof strategy === 'number' ? { ...testSettings, maxHoldersPerToken: strategy } : strategy,
      ...(reviews === undefined ? {} : { reviews }),
      ...(derives ? { derivations: 'op-kin-1' } : {}),
      area: {
        name: 'Lambeth',
        boundaryYear: 2011,
        lookupFile: 'postcodes.csv',
        lsoas: [{ code: 'E01003014', deprivationDecile: 1, inArea: true }],
      },
    },
    schemas: Object.fromEntries(datasets.map((id) => [id, schemaOf(sessionKinds)])),
  });
  return programmeOf(document, noPostcodes);
}

const noPostcodes = () => Promise.reject(new Error('no postcode is looked up'));

/** The same programme with another strategy. */
function withStrategy({ documentJson }: Programme, strategy: Settings): Programme {
  const { definition, ...rest } = definitionDocument.parse(JSON.parse(documentJson));
  return programmeOf({ ...rest, definition: { ...definition, strategy } }, noPostcodes);
}

export type ReviewCommand = {
  readonly [Kind in 'review-referral' | 'undo-review']: Pick<CommandData<Kind>, 'kind' | 'payload'>;
}['review-referral' | 'undo-review'];

/** A ledger as a linker writes it for a history: commands, parked files and erased bodies included. */
export class RecordedHistory {
  readonly memory = new InMemoryLedger();
  readonly store = new InMemoryEventStore(this.memory);
  readonly player = new HistoryPlayer(new LinkageWorld(testScopes));
  ledger: ProgrammeLedger;
  readonly wrapping = new WrappingByKeys(MAX_KEY_VERSION);
  #programme: Programme;
  /** Those that were in force before. */
  readonly #earlier: Programme[] = [];
  #steps = 0;
  readonly #signingKey: string;

  /** The bytes of the table of name frequencies that the strategy's model names, if it names one. */
  readonly #nameTable: Uint8Array | undefined;

  private constructor(signingKey: string, programme: Programme, nameTable?: Uint8Array) {
    this.#signingKey = signingKey;
    this.#nameTable = nameTable;
    this.#programme = programme;
    this.ledger = this.#empty();
  }

  /** @param signingKey the public key that the ledger names. */
  static async begin(
    signingKey = anyKey,
    programme = programmeOfHistories(),
    nameTable?: Uint8Array,
  ): Promise<RecordedHistory> {
    const begun = new RecordedHistory(signingKey, programme, nameTable);
    await begun.#define(firstInstantOf(begun.#programme));
    return begun;
  }

  static async of(steps: readonly Step[], signingKey = anyKey): Promise<RecordedHistory> {
    const recorded = await RecordedHistory.begin(signingKey);
    for (const step of steps) await recorded.step(step);
    return recorded;
  }

  /**
   * Plays steps, and closes the next quarter after each of them whose place is named: every second one by a closing whose
   * figures leave by an act, which is published, superseded by another edition and withdrawn.
   */
  static async withQuarters(
    steps: readonly Step[],
    closings: readonly number[],
    signingKey = anyKey,
  ): Promise<RecordedHistory> {
    const recorded = await RecordedHistory.begin(signingKey);
    const quarters = quartersThatAreOver.entries();
    for (const [place, step] of steps.entries()) {
      await recorded.step(step);
      const [index, next] = (closings.includes(place) ? quarters.next().value : undefined) ?? [0, undefined];
      if (next === undefined) continue;
      if (index % 2 === 0) {
        await recorded.closeQuarter(next);
        continue;
      }
      for (const edition of [1, 2])
        await recorded.publishRelease(next, edition, await recorded.closeQuarter(next, edition));
      await recorded.withdrawRelease(next, 2);
    }
    return recorded;
  }

  async step(step: Step): Promise<void> {
    const { world } = this.player;
    const from = world.events.length;
    const submission = this.player.step(step);
    this.#steps += 1;
    const closing = world.events.slice(from).at(-1);
    if (closing === undefined) return;
    if (submission !== null)
      await this.#submit(world.received.get(submission) as Received); // just received
    else await this.#follow(closing);
  }

  /** Has all decided anew by another strategy, or by the same with another limit of holders. */
  async adopt(strategy: number | Settings): Promise<void> {
    this.#steps += 1;
    this.#earlier.push(this.#programme);
    this.#programme = withStrategy(
      this.#programme,
      typeof strategy === 'number' ? { ...testSettings, maxHoldersPerToken: strategy } : strategy,
    );
    const time = this.#cause('').time;
    await this.#define(time);
    const writer = this.#writer(await this.readAgain());
    await adoptStrategy({ ledger: this.ledger, writer, signal }, this.#programme.definition, time);
  }

  /** Changes the signing key as a linker does. The ledger was begun with the previous one. */
  async changeSigningKey(signingKey: string, previousKey: PreviousSigningKey): Promise<void> {
    this.#steps += 1;
    const { writer } = this.#context(nothingStaged);
    const due = keyChangeDue(this.ledger, { signingKey, previousKey });
    if (due === undefined) throw new Error('the key is in force already');
    const { id } = this.#programme.definition;
    await changeSigningKey({ ledger: this.ledger, writer }, id, due, this.#cause('').time);
  }

  /**
   * Answers about the subject of a referral that waits, or undoes the decision about two records.
   * @returns why the linker refuses it, if it does.
   */
  async review(command: ReviewCommand, person: string): Promise<string | undefined> {
    this.#steps += 1;
    const asked = { ...this.#command(command.kind, command.payload), askedBy: { person } } as CommandData;
    const refusal = handlerOf(asked).refusalOf(this.ledger, asked, {
      ...{ erase: true, reviews: this.#reviewPolicy() },
    });
    if (refusal === undefined) await this.#carryOut(asked, this.#context(nothingStaged));
    return refusal;
  }

  /** Rotates the token keys as a linker does: bodies in place, and the ledger read again. */
  async rotateKeys(): Promise<void> {
    this.#steps += 1;
    const bodies = new InMemoryBodiesToRekey(this.memory);
    const { wrapping } = this;
    const keyVersion = this.ledger.keyVersion + 1;
    const rekeying: RekeyingHand = {
      prepare: () => Promise.resolve(),
      async *rekey({ to, upTo }) {
        for (let after = -1; ;) {
          const page = await bodies.page(STREAM, after, upTo);
          if (page.length === 0) return;
          for (const segment of page) {
            const bytes = await rekeyedChunk(segment.bytes, to, wrapping, signal);
            await bodies.replace(STREAM, [{ ...segment, bytes }]);
            yield { placedAt: segment.revision, records: [...rekeyedIn(bytes, to).values()] };
            after = segment.revision;
          }
        }
      },
    };
    const command = this.#command('rotate-keys', { keyVersion });
    await this.#carryOut(command, { ...this.#context(nothingStaged), rekeying });
    await this.readAgain();
  }

  /** Reads the ledger again, as a linker that starts. @returns the revision of its last event. */
  async readAgain(): Promise<number> {
    const { ledger, head } = await recover({
      ...{ store: this.store, stream: STREAM, snapshots: undefined, signal },
      engine: () => new LinkageEngine(this.#engineOptions()),
    });
    this.ledger = ledger;
    return head;
  }

  /**
   * Closes a quarter and records its figures, by commands as the linker carries them out; with an edition, so that they
   * leave by an act.
   * @returns the digest of their published form.
   */
  async closeQuarter(period: PeriodCode, edition?: number): Promise<string> {
    const { definition, digest } = this.#programme;
    const { figures: inForce, disclosure, readModels } = ledgerContracts.QuarterClosed.example.versions;
    const quarterVersions = quarterVersionsOf(
      { definition, digest },
      { figures: inForce, disclosure, readModels },
    );
    const payload = { period, ...(edition === undefined ? {} : { edition }) };
    await this.#order('close-quarter', payload, quarterVersions);
    const closing = this.ledger.closedAt;
    const { published, ...computed } = FiguresComputed.schema.parse(FiguresComputed.example);
    const remedy = { suppressed: [], withheld: [], audited: 12, narrowed: [] };
    const form = { ...published, position: closing, ...(edition === undefined ? {} : { remedy }) };
    await this.#order('publish-figures', { ...computed, published: form, period, closing });
    return sha256Hex(canonicalBytes(form));
  }

  /** Publishes what a closing computed, as a person does. */
  publishRelease(period: PeriodCode, edition: number, published: string): Promise<void> {
    return this.#order('publish-release', { period, edition, digest: published });
  }

  withdrawRelease(period: PeriodCode, edition: number): Promise<void> {
    return this.#order('withdraw-release', { period, edition });
  }

  async #order<Kind extends CommandKind>(
    kind: Kind,
    payload: CommandData<Kind>['payload'],
    quarterVersions?: QuarterVersions,
  ): Promise<void> {
    this.#steps += 1;
    // The payload matches its kind, which the compiler cannot infer through the type parameter.
    const asked = this.#command(kind, payload as never);
    const command = { ...asked, programme: this.#programme.definition.id };
    await this.#carryOut(command, { ...this.#context(nothingStaged), quarterVersions });
  }

  #reviewPolicy(): ReviewPolicy {
    const earlier = this.#earlier.map(({ definition }) => definition);
    return reviewPolicyOf(this.#programme.definition, earlier);
  }

  #engineOptions(): LinkageEngineOptions {
    const { strategy, familyScopes } = this.#programme.definition;
    return { strategy: strategyWithTable(strategy, this.#nameTable), familyScopes };
  }

  #empty(): ProgrammeLedger {
    return new ProgrammeLedger(new LinkageEngine(this.#engineOptions()));
  }

  async #define(time: string): Promise<void> {
    const head = this.ledger.nextRevision - 1;
    const adoption = adoptionOf(
      this.ledger,
      { programme: this.#programme, signingKey: this.#signingKey },
      time,
    );
    if (adoption === undefined) throw new Error('the definition is in force already');
    await this.store.append(STREAM, adoption.events, {
      expectedRevision: head === -1 ? 'no-stream' : head,
      payloads: adoption.payloads,
    });
    for (const event of adoption.applied) this.ledger.apply(event);
  }

  async #submit(received: Received): Promise<void> {
    const { file } = received;
    const context = this.#context(await this.#stagedRowsOf(received));
    const scribe = () => new Scribe(this.ledger, context.writer, this.#cause(`file-${this.#steps}`));
    if (this.#steps % 4 !== 0) {
      await decideSubmission(context, file, scribe());
      return;
    }
    await park(context, file, 'landing-unreadable', scribe());
    const upload = '0'.repeat(32) as DataOf<typeof FileAccepted>['upload'];
    const command = this.#command('unpark-submission', { file: { ...file, upload } });
    await this.#carryOut(command, context, { chunks: 1, rows: 1 });
  }

  async #follow(closing: LedgerEvent): Promise<void> {
    const context = this.#context(nothingStaged);
    switch (closing.type) {
      case 'SubmissionWithdrawn':
        return this.#carryOut(
          this.#command('withdraw-submission', { submission: closing.data.submission }),
          context,
        );
      case 'RecordErased': {
        const { records } = closing.data;
        if (this.#steps % 2 === 0)
          return this.#carryOut(this.#command('erase-records', { records }), context);
        await eraseRecords(context, { ...this.#cause('erasure:1'), basis: 'request', records });
        return this.#eraseBodies(records);
      }
      case 'CarerTokensErased': {
        const carerTokens = closing.data.records.map(({ record, erased }) => ({ record, places: erased }));
        const rows = await this.#bodiesOf(this.ledger.entered(carerTokens.map(({ record }) => record)));
        const erasure = { ...this.#cause(`command:carers-${this.#steps}`), basis: 'request', by: 'operator' };
        const cuts = await eraseCarerTokens(context, { ...erasure, carerTokens, rows });
        this.memory.eraseTokens(STREAM, cuts);
        return;
      }
      case 'LinkForbidden':
      case 'LinkReviewed':
      case 'LinkAllowed': {
        const { type, data } = closing;
        const scribe = new Scribe(this.ledger, context.writer, this.#cause(`command:review-${this.#steps}`));
        await writeDecisions(this.ledger.engine.constrain({ type, data }), scribe, context);
        return context.writer.finish();
      }
      default:
        throw new Error(`no history ends with ${closing.type}`);
    }
  }

  async #carryOut(
    command: CommandData,
    context: Omit<CommandContext, 'cause' | 'progress' | 'erasing'>,
    complete?: { readonly chunks: number; readonly rows: number },
  ): Promise<void> {
    const handler = handlerOf(command);
    const reviews = this.#reviewPolicy();
    const can = { erase: true, newestKey: MAX_KEY_VERSION, reviews };
    if (handler.refusalOf(this.ledger, command, can) !== undefined) throw new Error('it is refused');
    const erasing: ErasingHand = {
      prepare: () => Promise.resolve(),
      readBodies: (records) => this.#bodiesOf(records),
      eraseBodies: (records) =>
        Promise.resolve(this.#eraseBodies(records.map(({ record }) => record as RecordId))),
      eraseTokens: (cuts) => Promise.resolve(void this.memory.eraseTokens(STREAM, cuts)),
    };
    const cause = this.#cause(causeOfCommand(command.id));
    await handler.carryOut(
      { ...context, cause, progress: { complete, unprocessable: undefined }, erasing, reviews },
      command,
    );
  }

  /** Rows come under the first key, and are wrapped before they are decided. */
  async #stagedRowsOf(received: Received): Promise<StagedRows> {
    const chunks = await Promise.all(
      chunksOf(received).map((bytes) => rekeyedChunk(bytes, this.ledger.keyVersion, this.wrapping, signal)),
    );
    return {
      async *chunksOf() {
        for (const bytes of chunks) yield new RowChunk(bytes);
      },
    };
  }

  async #bodiesOf(records: readonly EnteredRecord[]) {
    const revisions = [...new Set(records.map(({ revision }) => revision))];
    const segments = await Promise.all(revisions.map((at) => this.store.readSegments(STREAM, at, at)));
    return bodiesIn(segments.flat());
  }

  #eraseBodies(records: readonly RecordId[]): void {
    this.memory.eraseBodies(STREAM, this.ledger.entered(records));
  }

  #command<Kind extends CommandData['kind']>(
    kind: Kind,
    payload: Extract<CommandData, { readonly kind: Kind }>['payload'],
  ): CommandData {
    const { time } = this.#cause('');
    const id = `${kind}-${this.#steps}`;
    return {
      id,
      kind,
      payload,
      askedBy: { person: 'data-team', ...(this.#steps % 3 === 0 ? { organisation: 'provider' } : {}) },
      reason: 'asked-for',
      time,
    } as CommandData;
  }

  #cause(cause: string): Cause {
    return { cause, time: `2023-10-09T00:00:${String(this.#steps % 60).padStart(2, '0')}Z` };
  }

  #context(staged: StagedRows) {
    return { ledger: this.ledger, writer: this.#writer(this.ledger.nextRevision - 1), staged, signal };
  }

  #writer(head: number): LedgerWriter {
    const from = this.ledger.nextRevision;
    return new LedgerWriter({ store: this.store, stream: STREAM, from, head, limits: defaultAppendLimits });
  }
}

/** At the time of every command of these histories. */
const quartersThatAreOver = ['2022-23-Q3', '2022-23-Q4', '2023-24-Q1', '2023-24-Q2'] as PeriodCode[];

const nothingStaged: StagedRows = {
  async *chunksOf() {
    yield* [];
  },
};

const ROWS_PER_CHUNK = 3;

function chunksOf({ file, rows, refused }: Received): Uint8Array[] {
  const { programme, submission, dataset, period } = file;
  const count = Math.max(1, Math.ceil(rows.length / ROWS_PER_CHUNK));
  return Array.from({ length: count }, (_, chunk) =>
    encodeRowChunk({
      ...{ programme, submission, dataset, period, chunk, last: chunk === count - 1 },
      refused: chunk === 0 ? refused : [],
      rows: rows.slice(chunk * ROWS_PER_CHUNK, (chunk + 1) * ROWS_PER_CHUNK),
    }),
  );
}
