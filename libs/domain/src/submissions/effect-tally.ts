import type { SubmissionId } from '@kinledger/contracts';

/** A file of a dataset: one that stands, or the one to be submitted. */
export interface FileOfRows {
  /** See `periodRank`. */
  readonly period: number;
  readonly sequence: number;
  /** True for a cumulative file or a snapshot: it retires rows of earlier periods that it omits. */
  readonly full: boolean;
  /** The number of rows that nothing identifies in another file: each belongs to its submission alone. */
  readonly rowsAlone: number;
}

export interface StandingFile extends FileOfRows {
  readonly submission: SubmissionId;
  /** Whether the file still stands after the offered file is submitted. */
  readonly staysStanding: boolean;
}

/** A row with a given row key, in one of the files. */
export interface CarriedRow {
  /** Index of the file among the standing files; the number of standing files for the offered file. */
  readonly file: number;
  /** Hash of what the row says; `REFUSES` if the row refuses consent. */
  readonly content: bigint;
}

/** The content of a row that refuses consent. */
export const REFUSES = 0n;

/** What submitting a file would do to the dataset's standing rows. */
export interface SubmissionEffect {
  /** Rows that stand now. */
  readonly standing: number;
  /** Rows of the file that would stand in addition. */
  readonly adds: number;
  /** Standing rows that another row with the same key would replace. */
  readonly replaces: number;
  /** Rows of the file that are equal to a standing row, and count once. */
  readonly equal: number;
  /** Rows of the file that change nothing, because a newer file already replaces or omits them. */
  readonly overtaken: number;
  /** Of `adds`, the rows that share a natural key with standing rows about other people. */
  readonly sharesKey: number;
  /** Rows that would no longer stand, with nothing in their place. */
  readonly retires: number;
  /** Of `retires`, the rows for which consent is refused. */
  readonly refuses: number;
  /** Rows that would stand again, because the file that replaced or omitted them no longer stands. */
  readonly revives: number;
  /** `retires`, by the submission in which the rows stand. */
  readonly retiresOf: readonly { readonly submission: SubmissionId; readonly rows: number }[];
  /**
   * Rows that the dataset would lose: `retires` without `refuses`. Rows that belong to their submission alone are lost
   * only to the extent that the file brings fewer of them, because nobody can tell which of them the file repeats.
   */
  readonly loses: number;
}

interface Ranked {
  readonly row: CarriedRow | undefined;
  readonly live: boolean;
}
const NO_ROW: Ranked = { row: undefined, live: false };

/**
 * Counts what a submission would change, from the dataset's rows taken one key at a time. It applies the rules of live
 * records (architecture §4) to the files that stand before the submission and to those that stand after it.
 */
export class EffectTally {
  readonly #files: readonly StandingFile[];
  readonly #offered: FileOfRows;
  readonly #ranks: readonly number[];
  readonly #fullBefore: number;
  readonly #fullAfter: number;
  readonly #retires: number[];
  readonly #counts = {
    standing: 0,
    adds: 0,
    replaces: 0,
    equal: 0,
    overtaken: 0,
    sharesKey: 0,
    refuses: 0,
    revives: 0,
  };
  /**
   * For the current natural key: rows that the file adds, keys with another standing row, and added rows whose own key
   * has one.
   */
  #name = { added: 0, othersKeys: 0, addedBesideOwn: 0 };
  #key = { added: 0, others: false };

  constructor(standing: readonly StandingFile[], offered: FileOfRows) {
    this.#files = standing;
    this.#offered = offered;
    this.#ranks = [...standing, offered].map(({ period, sequence }) => period * 2 ** 20 + sequence);
    const newestFull = (files: readonly FileOfRows[]) =>
      Math.max(-1, ...files.filter(({ full }) => full).map(({ period }) => period));
    this.#fullBefore = newestFull(standing);
    this.#fullAfter = newestFull([...standing.filter(({ staysStanding }) => staysStanding), offered]);
    this.#retires = standing.map(() => 0);
  }

  /** Takes all rows with one row key: at most one from each file. */
  take(rows: readonly CarriedRow[]): void {
    const counts = this.#counts;
    const before = this.#highest(rows, (file) => file < this.#files.length, this.#fullBefore);
    const after = this.#highest(rows, (file) => this.#files[file]?.staysStanding ?? true, this.#fullAfter);
    const own = rows.find(({ file }) => file === this.#files.length);
    if (before.live) counts.standing += 1;
    if (own !== undefined && own.content !== REFUSES) this.#takeOwn(own, before, after);
    if (before.live && after.live && before.row?.content !== after.row?.content) counts.replaces += 1;
    if (before.row !== undefined && before.live && !after.live) {
      this.#retire(before.row.file, 1);
      if (after.row?.content === REFUSES && this.#periodOf(after.row) >= this.#fullAfter) counts.refuses += 1;
    }
    if (!before.live && after.live && after.row !== own) counts.revives += 1;
    if (after.live && (before.live || after.row !== own)) this.#key.others = true;
  }

  /** Ends the rows of one natural key and person. */
  endOfKey(): void {
    this.#name.added += this.#key.added;
    if (this.#key.others) {
      this.#name.othersKeys += 1;
      this.#name.addedBesideOwn += this.#key.added;
    }
    this.#key = { added: 0, others: false };
  }

  /** Ends the rows of one natural key. */
  endOfName(): void {
    const { added, othersKeys, addedBesideOwn } = this.#name;
    if (othersKeys === 1) this.#counts.sharesKey += added - addedBesideOwn;
    else if (othersKeys > 1) this.#counts.sharesKey += added;
    this.#name = { added: 0, othersKeys: 0, addedBesideOwn: 0 };
  }

  /** The counts, once every row was taken. */
  effect(): SubmissionEffect {
    const counts = { ...this.#counts };
    const namedLost = this.#retires.reduce((sum, rows) => sum + rows, 0) - counts.refuses;
    const retires = [...this.#retires];
    let aloneLost = 0;
    this.#files.forEach(({ period, rowsAlone, staysStanding }, file) => {
      if (period < this.#fullBefore) return;
      counts.standing += rowsAlone;
      if (staysStanding && period >= this.#fullAfter) return;
      retires[file] = (retires[file] ?? 0) + rowsAlone;
      aloneLost += rowsAlone;
    });
    const { period, rowsAlone } = this.#offered;
    const ownStand = period >= this.#fullAfter;
    counts[ownStand ? 'adds' : 'overtaken'] += rowsAlone;
    return {
      ...counts,
      retires: retires.reduce((sum, rows) => sum + rows, 0),
      retiresOf: this.#files.flatMap(({ submission }, file) => {
        const rows = retires[file] ?? 0;
        return rows === 0 ? [] : [{ submission, rows }];
      }),
      loses: namedLost + Math.max(0, aloneLost - (ownStand ? rowsAlone : 0)),
    };
  }

  #takeOwn(own: CarriedRow, before: Ranked, after: Ranked): void {
    if (before.live && before.row?.content === own.content) this.#counts.equal += 1;
    else if (after.row !== own || !after.live) this.#counts.overtaken += 1;
    else if (!before.live) {
      this.#counts.adds += 1;
      this.#key.added += 1;
    }
  }

  /**
   * The highest-ranked row of the given files, and whether it is live: it does not refuse consent, and no later full
   * file omits it.
   */
  #highest(rows: readonly CarriedRow[], stands: (file: number) => boolean, newestFull: number): Ranked {
    let best: CarriedRow | undefined;
    for (const row of rows) {
      if (stands(row.file) && (best === undefined || this.#rankOf(row) > this.#rankOf(best))) best = row;
    }
    if (best === undefined) return NO_ROW;
    return { row: best, live: best.content !== REFUSES && this.#periodOf(best) >= newestFull };
  }

  #rankOf({ file }: CarriedRow): number {
    return this.#ranks[file] ?? 0;
  }

  #periodOf({ file }: CarriedRow): number {
    return (this.#files[file] ?? this.#offered).period;
  }

  #retire(file: number, rows: number): void {
    this.#retires[file] = (this.#retires[file] ?? 0) + rows;
  }
}
