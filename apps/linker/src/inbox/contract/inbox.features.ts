import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RowKey } from '@kinledger/contracts';
import type { Inbox } from '../inbox.js';
import {
  chunkOf,
  fileIntake,
  personErasure,
  programme,
  submissionNamed,
  unparking,
  withdrawal,
} from '../../testing/messages.js';
import { hexOf, occurrence } from '../../testing/rows.js';

/** The contract of every inbox. `open` creates an empty one. */
export function inboxFeatures(open: () => Promise<{ inbox: Inbox; close: () => Promise<void> }>): void {
  const a = submissionNamed('a');
  const b = submissionNamed('b');
  let inbox: Inbox;
  let close: () => Promise<void>;

  beforeEach(async () => ({ inbox, close } = await open()));
  afterEach(() => close());

  const recordsOf = async (submission: typeof a) => {
    const records: string[] = [];
    for await (const chunk of inbox.chunksOf(submission))
      records.push(...chunk.allRows().map(({ record }) => record));
    return records.map((record) => Number.parseInt(record, 16));
  };
  const chunksStaged = async () => (await inbox.counts(programme)).chunks;

  describe('intakes', () => {
    it('are returned as they were staged, with cause and time character for character', async () => {
      await inbox.stageIntakes([fileIntake(1, a)]);
      expect(await inbox.intake(programme, 1)).toMatchObject({
        kind: 'file',
        intake: 1,
        cause: 'file-1',
        time: '2023-10-09T00:01:00.250Z',
        state: 'waiting',
        data: { submission: a, intake: 1, supersedes: [] },
      });
      expect(await inbox.intake(programme, 3)).toBeUndefined();
      expect(await inbox.intake('other', 1)).toBeUndefined();
    });

    it('are staged once, however often they arrive', async () => {
      expect(await inbox.stageIntakes([fileIntake(1, a)])).toEqual({ staged: 1, conflicting: [] });
      expect(await inbox.stageIntakes([fileIntake(1, a), fileIntake(2, b)])).toEqual({
        staged: 1,
        conflicting: [],
      });
    });

    it('keep their place: a different message that claims it is reported and changes nothing', async () => {
      await inbox.stageIntakes([fileIntake(1, a)]);
      const claim = { ...fileIntake(1, b), cause: 'another' };
      expect(await inbox.stageIntakes([claim])).toEqual({ staged: 0, conflicting: ['intake 1'] });
      expect(await inbox.intake(programme, 1)).toMatchObject({ data: { submission: a } });
    });

    it('name a file once: a second number for the same submission is reported', async () => {
      await inbox.stageIntakes([fileIntake(1, a)]);
      expect(await inbox.stageIntakes([fileIntake(2, a)])).toEqual({ staged: 0, conflicting: ['intake 2'] });
    });

    it('keep the trace of the message that came first, as do commands', async () => {
      const [first, second] = ['a', 'b'].map((digit) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`);
      const traced = { ...fileIntake(1, a), traceparent: first };
      await inbox.stageIntakes([traced, fileIntake(2, b)]);
      await inbox.stageIntakes([{ ...traced, traceparent: second }]);
      const command = withdrawal(3, 2, a);
      await inbox.stageCommands([{ ...command, traceparent: second }]);
      expect(await inbox.intake(programme, 1)).toMatchObject({ traceparent: first });
      expect(await inbox.traceOf(programme, { submission: a })).toBe(first);
      expect(await inbox.traceOf(programme, { submission: b })).toBeUndefined();
      expect(await inbox.traceOf(programme, { command: command.id })).toBe(second);
    });

    it('accept an empty batch', async () => {
      expect(await inbox.stageIntakes([])).toEqual({ staged: 0, conflicting: [] });
      expect(await inbox.stageChunks([])).toEqual({ staged: 0, conflicting: [] });
      await inbox.stageUnprocessable([]);
    });
  });

  describe('chunks', () => {
    it('are complete when none up to the last one is missing, in any order of arrival', async () => {
      expect((await inbox.progressOf(a, 1)).complete).toBeUndefined();
      await inbox.stageChunks([chunkOf(a, 2, true)]);
      expect((await inbox.progressOf(a, 1)).complete).toBeUndefined();
      await inbox.stageChunks([chunkOf(a, 0, false)]);
      expect((await inbox.progressOf(a, 1)).complete).toBeUndefined();
      await inbox.stageChunks([chunkOf(a, 1, false), chunkOf(b, 0, false)]);
      expect((await inbox.progressOf(a, 1)).complete).toEqual({ chunks: 3, rows: 3 });
      expect((await inbox.progressOf(b, 2)).complete).toBeUndefined();
      expect(await recordsOf(a)).toEqual([0, 1, 2]);
    });

    it('are staged once, however they are batched', async () => {
      const chunks = Array.from({ length: 5 }, (_, index) => chunkOf(a, index, index === 4));
      expect(await inbox.stageChunks(chunks.slice(0, 3))).toEqual({ staged: 3, conflicting: [] });
      expect(await inbox.stageChunks(chunks.slice(2, 4))).toEqual({ staged: 1, conflicting: [] });
      expect(await inbox.stageChunks(chunks)).toEqual({ staged: 1, conflicting: [] });
      expect(await recordsOf(a)).toEqual([0, 1, 2, 3, 4]);
    });

    it('keep their bytes: other bytes under the same number are reported and change nothing', async () => {
      await inbox.stageChunks([chunkOf(a, 0, false)]);
      const other = { ...chunkOf(a, 1, true), chunk: 0, last: false };
      expect(await inbox.stageChunks([other])).toEqual({ staged: 0, conflicting: [`chunk 0 of ${a}`] });
      await inbox.stageChunks([chunkOf(a, 1, true)]);
      expect(await recordsOf(a)).toEqual([0, 1]);
    });

    it('may be read more than once, over more than one page', async () => {
      const many = Array.from({ length: 40 }, (_, index) => chunkOf(a, index, index === 39));
      await inbox.stageChunks(many.toReversed());
      const all = Array.from({ length: 40 }, (_, index) => index);
      expect(await recordsOf(a)).toEqual(all);
      expect(await recordsOf(a)).toEqual(all);
    });

    it('end at the last one, even if there are others beyond it', async () => {
      await inbox.stageChunks([0, 1, 2, 3].map((chunk) => chunkOf(a, chunk, chunk === 1)));
      expect(await recordsOf(a)).toEqual([0, 1]);
      expect(await recordsOf(a)).toEqual([0, 1]);
    });
  });

  describe('settling', () => {
    beforeEach(async () => {
      await inbox.stageIntakes([fileIntake(1, a), fileIntake(2, b)]);
      await inbox.stageChunks([chunkOf(a, 0, true), chunkOf(b, 0, true)]);
    });

    it('deletes the chunks of a linked submission, and accepts no more of them', async () => {
      await inbox.settle(a, 'linked');
      await inbox.settle(a, 'linked');
      expect(await inbox.intake(programme, 1)).toMatchObject({ state: 'decided' });
      expect(await chunksStaged()).toBe(1);
      expect(await inbox.stageChunks([chunkOf(a, 0, true)])).toEqual({ staged: 0, conflicting: [] });
      expect(await chunksStaged()).toBe(1);
      expect(await recordsOf(a)).toEqual([]);
    });

    it('keeps the chunks of a parked submission until it is withdrawn', async () => {
      await inbox.settle(b, 'parked');
      expect(await inbox.intake(programme, 2)).toMatchObject({ state: 'parked' });
      expect(await chunksStaged()).toBe(2);
      expect(await recordsOf(b)).toEqual([0]);
      await inbox.settle(b, 'withdrawn');
      expect(await inbox.intake(programme, 2)).toMatchObject({ state: 'decided' });
      expect(await chunksStaged()).toBe(1);
      expect(await recordsOf(b)).toEqual([]);
    });

    it('counts a submission as parked once, and no longer when it is linked at a later number', async () => {
      await inbox.settle(b, 'parked');
      await inbox.settle(b, 'parked');
      expect(await inbox.counts(programme)).toMatchObject({ parked: 1, chunks: 2 });
      await inbox.settle(b, 'linked');
      expect(await inbox.counts(programme)).toMatchObject({ parked: 0, chunks: 1 });
      expect(await inbox.stageChunks([chunkOf(b, 0, true)])).toEqual({ staged: 0, conflicting: [] });
    });

    it('sweeps nothing that is still needed', async () => {
      await inbox.settle(b, 'parked');
      expect(await inbox.sweep()).toBe(0);
      expect(await chunksStaged()).toBe(2);
    });

    it('tells since when the oldest undecided file waits', async () => {
      expect(await inbox.oldestWaiting(programme)).toBe('2023-10-09T00:01:00.250Z');
      await inbox.settle(a, 'linked');
      expect(await inbox.oldestWaiting(programme)).toBe('2023-10-09T00:02:00.250Z');
      await inbox.settle(b, 'parked');
      expect(await inbox.oldestWaiting(programme)).toBeUndefined();
    });

    it('counts what waits', async () => {
      await inbox.stageCommands([withdrawal(9, 2, b)]);
      await inbox.settle(a, 'linked');
      await inbox.settle(b, 'parked');
      expect(await inbox.counts(programme)).toEqual({
        ...{ waiting: 0, commands: 1, parked: 1, refused: 0, chunks: 1 },
      });
    });
  });

  it('remembers the first reason why a submission cannot be processed', async () => {
    await inbox.stageUnprocessable([{ submission: a, intake: 1, reason: 'landing-unreadable' }]);
    await inbox.stageUnprocessable([{ submission: a, intake: 1, reason: 'another' }]);
    expect((await inbox.progressOf(a, 1)).unprocessable).toBe('landing-unreadable');
    expect((await inbox.progressOf(b, 2)).unprocessable).toBeUndefined();
  });

  it('keeps a reason for one intake number separate from another number', async () => {
    await inbox.stageUnprocessable([{ submission: a, intake: 1, reason: 'landing-incomplete' }]);
    expect((await inbox.progressOf(a, 4)).unprocessable).toBeUndefined();
    await inbox.stageUnprocessable([{ submission: a, intake: 4, reason: 'schema-unknown' }]);
    expect((await inbox.progressOf(a, 1)).unprocessable).toBe('landing-incomplete');
    expect((await inbox.progressOf(a, 4)).unprocessable).toBe('schema-unknown');
  });

  describe('commands', () => {
    it('are returned in order of arrival, once their turn has come', async () => {
      await inbox.stageCommands([withdrawal(9, 2, a), withdrawal(7, 1, b)]);
      await inbox.stageCommands([withdrawal(8, 0, b), withdrawal(9, 2, a)]);
      const waiting = async (place: number) =>
        (await inbox.waitingCommands(programme, place)).map(({ id }) => id.replace(/^.*-/, ''));
      expect(await waiting(0)).toEqual(['8']);
      expect(await waiting(1)).toEqual(['7', '8']);
      expect(await waiting(2)).toEqual(['9', '7', '8']);
      expect(await inbox.waitingCommands('other', 2)).toEqual([]);
      expect((await inbox.waitingCommands(programme, 2))[0]).toMatchObject({
        kind: 'withdraw-submission',
        askedBy: { person: 'data-team' },
        payload: { submission: a },
      });
    });

    it('are staged once under one id; different ones under it are reported', async () => {
      const command = withdrawal(9, 2, a);
      expect(await inbox.stageCommands([command])).toEqual({ staged: 1, conflicting: [] });
      expect(await inbox.stageCommands([command])).toEqual({ staged: 0, conflicting: [] });
      expect(await inbox.stageCommands([withdrawal(9, 2, b)])).toEqual({
        staged: 0,
        conflicting: ['command withdraw-submission-9'],
      });
      expect(await inbox.stageCommands([])).toEqual({ staged: 0, conflicting: [] });
    });

    it('no longer wait once they are answered; the first answer stands, even after its reply is sent', async () => {
      const [one, other] = [withdrawal(8, 1, a), withdrawal(9, 1, b)];
      await inbox.stageCommands([one, other]);
      expect(await inbox.lastPosition(programme)).toBe(-1);
      await inbox.answer(programme, one.id, { outcome: 'refused', reason: 'submission-unknown' });
      await inbox.answer(programme, one.id, { outcome: 'accepted', position: 3 });
      await inbox.answer(programme, other.id, { outcome: 'accepted', position: 7 });
      expect(await inbox.waitingCommands(programme, 5)).toEqual([]);
      expect(await inbox.lastPosition(programme)).toBe(7);
      const unanswered = await inbox.unanswered(programme);
      expect(unanswered.map(({ command, answer }) => [command.id, answer])).toEqual([
        [one.id, { outcome: 'refused', reason: 'submission-unknown' }],
        [other.id, { outcome: 'accepted', position: 7 }],
      ]);
      await inbox.markAnswered(programme, [one.id]);
      expect((await inbox.unanswered(programme)).map(({ command }) => command.id)).toEqual([other.id]);
      await inbox.markAnswered(programme, [other.id]);
      expect(await inbox.counts(programme)).toMatchObject({ commands: 0, refused: 1 });
    });

    it('keep nothing that names a person once they are answered, and are the same commands still', async () => {
      const command = personErasure(9, 2, {
        tokens: [occurrence('identity', 'nhs-number', '9434765919')],
        rowKeys: [hexOf('row key', 'one') as RowKey],
      });
      await inbox.stageCommands([command]);
      expect((await inbox.waitingCommands(programme, 2))[0]).toMatchObject({
        payload: { tokens: [{ domain: 'nhs-number' }], rowKeys: [hexOf('row key', 'one')] },
      });
      await inbox.answer(programme, command.id, {
        outcome: 'refused',
        reason: 'several-individuals',
        count: 3,
      });
      expect(await inbox.unanswered(programme)).toMatchObject([
        {
          command: { id: command.id, payload: { tokens: [], rowKeys: [] } },
          answer: { outcome: 'refused', reason: 'several-individuals', count: 3 },
        },
      ]);
      expect(await inbox.stageCommands([command])).toEqual({ staged: 0, conflicting: [] });
    });

    it('that have an intake number use it up once they are answered', async () => {
      const command = unparking(4, a);
      await inbox.stageCommands([command]);
      expect(await inbox.intake(programme, 4)).toBeUndefined();
      await inbox.answer(programme, command.id, { outcome: 'refused', reason: 'submission-not-parked' });
      expect(await inbox.intake(programme, 4)).toEqual({ kind: 'used-up', intake: 4 });
      expect(await inbox.intake(programme, 5)).toBeUndefined();
    });
  });
}
