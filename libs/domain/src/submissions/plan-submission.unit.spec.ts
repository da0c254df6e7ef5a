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

/** Intake: a list of submissions to which `planSubmission` adds. */
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

/** The ledger’s book of the same submissions, without those that are parked. */
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

/** The obvious model of what stands: the newest replacement that is not withdrawn, and everything added after it. */
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
  // A parked submission replaces nothing in the ledger. What it replaced at intake still stands there.
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
  it('keeps intake and ledger in agreement with a simple list of files about what stands', () => {
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
    // The histories must often contain files that come back, and withdrawals of submissions that had been replaced.
    expect(shapes.chains).toBeGreaterThan(150);
    expect(shapes.backs).toBeGreaterThan(150);
  });

  it('treats an earlier file as a new submission once another has replaced it', () => {
    const intake = new Intake();
    const answers = ['A', 'B', 'C', 'A'].map((content) => intake.submit(content, 'replace'));
    expect(answers).toEqual(['s1', 's2', 's3', 's4']);
    expect(standing(intake.submissions).map(({ submission }) => submission)).toEqual(['s4']);
  });

  it('lets a standing file replace the files that were added beside it', () => {
    const intake = new Intake();
    expect([intake.submit('A', 'replace'), intake.submit('B', 'add')]).toEqual(['s1', 's2']);
    expect(intake.submit('A', 'add')).toBe('s1');
    expect(intake.submit('A', 'replace')).toBe('s3');
    expect(intake.submissions.at(-1)?.supersedes).toEqual(['s1', 's2']);
    expect(intake.submit('A', 'replace')).toBe('s3');
  });

  it('supersedes everything that a submission had replaced, in case that one never reaches the ledger', () => {
    const intake = new Intake();
    for (const content of ['A', 'B', 'C', 'D']) intake.submit(content, 'replace');
    // What stands comes first, then the newest: if the list is cut, the oldest go.
    expect(intake.submissions.at(-1)?.supersedes).toEqual(['s3', 's2', 's1']);
  });

  it('treats the same bytes read by another schema as another file', () => {
    const intake = new Intake();
    intake.submit('A', 'replace');
    const plan = planSubmission(intake.submissions, { contentHash: 'A', schemaHash: 'newer' }, 'replace');
    expect(plan).toMatchObject({ kind: 'new', sequence: 2 });
  });

  it('refuses to add more files than a replacement can name', () => {
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
