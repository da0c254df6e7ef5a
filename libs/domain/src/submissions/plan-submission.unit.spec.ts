import type { DatasetId, SubmissionId } from '@kinledger/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SubmissionBook, type Submission } from '../linkage/submission-book.js';
import {
  MAX_SUPERSEDED,
  planSubmission,
  type EarlierSubmission,
  type SubmitMode,
} from './plan-submission.js';
import { standing } from './standing.js';

type Mutable = { -readonly [Key in keyof EarlierSubmission]: EarlierSubmission[Key] };

/** Intake as it is: a list of submissions that `planSubmission` makes longer. */
class Intake {
  readonly submissions: Mutable[] = [];

  submit(contentHash: string, mode: SubmitMode): SubmissionId | 'too-many' {
    const plan = planSubmission(this.submissions, { contentHash, schemaHash: 'schema' }, mode);
    if (plan.kind === 'too-many') return plan.kind;
    if (plan.kind === 'repeated') return plan.of.submission;
    const { sequence, supersedes } = plan;
    const submission = `s${sequence}` as SubmissionId;
    this.submissions.push({
      submission,
      sequence,
      contentHash,
      schemaHash: 'schema',
      supersedes,
      withdrawn: false,
    });
    return submission;
  }

  withdraw(submission: SubmissionId): void {
    const found = this.submissions.find((one) => one.submission === submission);
    if (found !== undefined) found.withdrawn = true;
  }
}

/** The ledger’s own book of the same submissions, without those that could not be processed. */
class Ledger {
  readonly book = new SubmissionBook();
  readonly #dataset = 'alpha.user' as DatasetId;

  receive({ submission, sequence, supersedes }: EarlierSubmission): void {
    const received: Submission = {
      id: submission,
      dataset: this.#dataset,
      service: 'alpha',
      dataType: 'user',
      period: 0,
      sequence,
      full: false,
      supersedes,
      scopes: 0,
    };
    this.book.receive(received, 0);
  }

  withdraw(submission: SubmissionId): void {
    const number = this.book.find(submission);
    if (number >= 0) this.book.withdraw(number);
  }

  get stand(): SubmissionId[] {
    return [...this.book.standing(this.#dataset).submissions].map((number) => this.book.get(number).id);
  }
}

/** What anybody would say stands: the newest replacement that was not withdrawn, and what was added after it. */
interface Model {
  readonly sent: {
    readonly name: string;
    readonly content: string;
    readonly mode: SubmitMode;
    readonly processed: boolean;
    withdrawn: boolean;
  }[];
}
const standingIn = ({ sent }: Model) => {
  const kept = sent.filter(({ withdrawn }) => !withdrawn);
  return kept.slice(
    Math.max(
      0,
      kept.findLastIndex(({ mode }) => mode === 'replace'),
    ),
  );
};

interface Real {
  readonly intake: Intake;
  readonly ledger: Ledger;
}

const agree = (model: Model, { intake, ledger }: Real) => {
  const expected = standingIn(model).map(({ name }) => name);
  expect(standing(intake.submissions).map(({ submission }) => submission)).toEqual(expected);
  // A submission that could not be processed is not in the ledger. While it stands, what it replaced still counts there.
  if (standingIn(model).every(({ processed }) => processed)) expect(ledger.stand).toEqual(expected);
};

class Submit implements fc.Command<Model, Real> {
  constructor(
    readonly content: string,
    readonly mode: SubmitMode,
    readonly processed: boolean,
  ) {}
  check = () => true;
  run(model: Model, real: Real): void {
    const stand = standingIn(model);
    const same = stand.find(({ content }) => content === this.content);
    const submission = real.intake.submit(this.content, this.mode);
    if (same !== undefined && (this.mode === 'add' || stand.length === 1)) {
      expect(submission).toBe(same.name);
    } else {
      const name = `s${model.sent.length + 1}`;
      expect(submission).toBe(name);
      model.sent.push({
        name,
        content: this.content,
        mode: this.mode,
        processed: this.processed,
        withdrawn: false,
      });
      if (this.processed) real.ledger.receive(real.intake.submissions.at(-1)!);
    }
    agree(model, real);
  }
  toString = () => `${this.mode} ${this.content}${this.processed ? '' : ' (cannot be processed)'}`;
}

class Withdraw implements fc.Command<Model, Real> {
  constructor(readonly pick: number) {}
  check = ({ sent }: Readonly<Model>) => sent.length > 0;
  run(model: Model, real: Real): void {
    const chosen = model.sent[this.pick % model.sent.length]!;
    chosen.withdrawn = true;
    real.intake.withdraw(chosen.name as SubmissionId);
    real.ledger.withdraw(chosen.name as SubmissionId);
    agree(model, real);
  }
  toString = () => `withdraw ${this.pick}`;
}

describe('planning a submission', () => {
  it('makes intake and ledger say what stands as a list of files in plain order does', () => {
    const shapes = { chains: 0, backs: 0 };
    const commands = [
      fc
        .tuple(
          fc.constantFrom('A', 'B', 'C'),
          fc.constantFrom<SubmitMode>('replace', 'replace', 'add'),
          fc.integer({ min: 0, max: 9 }),
        )
        .map(([content, mode, luck]) => new Submit(content, mode, luck > 0)),
      fc.nat(20).map((pick) => new Withdraw(pick)),
    ];
    fc.assert(
      fc.property(fc.commands(commands, { maxCommands: 14, size: 'max' }), (steps) => {
        const real: Real = { intake: new Intake(), ledger: new Ledger() };
        const model: Model = { sent: [] };
        fc.modelRun(() => ({ model, real }), steps);
        const stand = standingIn(model);
        const [first] = stand;
        if (model.sent.some(({ withdrawn }, at) => withdrawn && at < model.sent.length - 1)) shapes.chains++;
        if (model.sent.some((one) => one !== first && one.content === first?.content)) shapes.backs++;
      }),
      { numRuns: 1500 },
    );
    // Files that came back, and withdrawals of what had been replaced, are not rare among the histories.
    expect(shapes.chains).toBeGreaterThan(150);
    expect(shapes.backs).toBeGreaterThan(150);
  });

  it('takes an earlier file as a new submission once another has taken its place', () => {
    const intake = new Intake();
    const answers = ['A', 'B', 'C', 'A'].map((content) => intake.submit(content, 'replace'));
    expect(answers).toEqual(['s1', 's2', 's3', 's4']);
    expect(standing(intake.submissions).map(({ submission }) => submission)).toEqual(['s4']);
  });

  it('lets a standing file take the place of what was added beside it', () => {
    const intake = new Intake();
    expect([intake.submit('A', 'replace'), intake.submit('B', 'add')]).toEqual(['s1', 's2']);
    expect(intake.submit('A', 'add')).toBe('s1');
    expect(intake.submit('A', 'replace')).toBe('s3');
    expect(intake.submissions.at(-1)?.supersedes).toEqual(['s1', 's2']);
    expect(intake.submit('A', 'replace')).toBe('s3');
  });

  it('names what a submission had replaced that may never come into the ledger', () => {
    const intake = new Intake();
    for (const content of ['A', 'B', 'C', 'D']) intake.submit(content, 'replace');
    // What stands, then the latest first: these are cut off last.
    expect(intake.submissions.at(-1)?.supersedes).toEqual(['s3', 's2', 's1']);
  });

  it('tells files apart by schema too', () => {
    const intake = new Intake();
    intake.submit('A', 'replace');
    const plan = planSubmission(intake.submissions, { contentHash: 'A', schemaHash: 'newer' }, 'replace');
    expect(plan).toMatchObject({ kind: 'new', sequence: 2 });
  });

  it('takes no more files beside each other than a replacement can name', () => {
    const intake = new Intake();
    for (let file = 0; file < MAX_SUPERSEDED; file++) intake.submit(`F${file}`, 'add');
    expect(intake.submit('one more', 'add')).toBe('too-many');
    expect(intake.submit('F0', 'add')).toBe('s1');
    expect(intake.submit('all of it', 'replace')).toBe(`s${MAX_SUPERSEDED + 1}`);
    expect(intake.submit('once more', 'replace')).toBe(`s${MAX_SUPERSEDED + 2}`);
    expect(intake.submissions.at(-1)?.supersedes).toHaveLength(MAX_SUPERSEDED);
    expect(standing(intake.submissions)).toHaveLength(1);
  });
});
