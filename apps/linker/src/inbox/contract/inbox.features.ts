import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Inbox } from '../inbox.js';
import {
  chunkOf,
  fileIntake,
  programme,
  submissionNamed,
  unparkingIntake,
  withdrawalIntake,
} from '../../testing/messages.js';

/** What every inbox does. `open` gives an empty one. */
export function inboxFeatures(open: () => Promise<{ inbox: Inbox; close: () => Promise<void> }>): void {
  const a = submissionNamed('a');
  const b = submissionNamed('b');
  let inbox: Inbox;
  let close: () => Promise<void>;

  beforeEach(async () => ({ inbox, close } = await open()));
  afterEach(() => close());

  const recordsOf = async (submission: typeof a) => {
    const records: string[] = [];
    for await (const { rows } of inbox.chunksOf(submission))
      records.push(...rows.map(({ record }) => record));
    return records.map((record) => Number.parseInt(record, 16));
  };
  const chunksStaged = async () => (await inbox.counts(programme)).chunks;

  describe('intakes', () => {
    it('come back as they were staged, with cause and time letter for letter', async () => {
      await inbox.stageIntakes([fileIntake(1, a), withdrawalIntake(2, a)]);
      expect(await inbox.intake(programme, 1)).toMatchObject({
        kind: 'file',
        intake: 1,
        cause: 'file-1',
        time: '2023-10-09T00:01:00.250Z',
        state: 'waiting',
        data: { submission: a, intake: 1, supersedes: [] },
      });
      expect(await inbox.intake(programme, 2)).toMatchObject({
        kind: 'withdrawal',
        data: { submission: a, by: 'data-team' },
      });
      expect(await inbox.intake(programme, 3)).toBeUndefined();
      expect(await inbox.intake('other', 1)).toBeUndefined();
    });

    it('are staged once, however often they come', async () => {
      expect(await inbox.stageIntakes([fileIntake(1, a)])).toEqual({ staged: 1, conflicting: [] });
      expect(await inbox.stageIntakes([fileIntake(1, a), fileIntake(2, b)])).toEqual({
        staged: 1,
        conflicting: [],
      });
    });

    it('keep their place: another message that claims it is told apart and changes nothing', async () => {
      await inbox.stageIntakes([fileIntake(1, a)]);
      const claim = { ...fileIntake(1, b), cause: 'another' };
      expect(await inbox.stageIntakes([claim])).toEqual({ staged: 0, conflicting: ['intake 1'] });
      expect((await inbox.intake(programme, 1))?.data.submission).toBe(a);
    });

    it('name a file once: a second place for the same submission is told apart', async () => {
      await inbox.stageIntakes([fileIntake(1, a)]);
      expect(await inbox.stageIntakes([fileIntake(2, a)])).toEqual({ staged: 0, conflicting: ['intake 2'] });
    });

    it('bear an empty batch', async () => {
      expect(await inbox.stageIntakes([])).toEqual({ staged: 0, conflicting: [] });
      expect(await inbox.stageChunks([])).toEqual({ staged: 0, conflicting: [] });
      await inbox.stageUnprocessable([]);
    });
  });

  describe('chunks', () => {
    it('are complete when none up to the last one is missing, in whatever order they come', async () => {
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

    it('are staged once, however the batches that bring them are cut', async () => {
      const chunks = Array.from({ length: 5 }, (_, index) => chunkOf(a, index, index === 4));
      expect(await inbox.stageChunks(chunks.slice(0, 3))).toEqual({ staged: 3, conflicting: [] });
      expect(await inbox.stageChunks(chunks.slice(2, 4))).toEqual({ staged: 1, conflicting: [] });
      expect(await inbox.stageChunks(chunks)).toEqual({ staged: 1, conflicting: [] });
      expect(await recordsOf(a)).toEqual([0, 1, 2, 3, 4]);
    });

    it('keep their bytes: other bytes under the same number are told apart and change nothing', async () => {
      await inbox.stageChunks([chunkOf(a, 0, false)]);
      const other = { ...chunkOf(a, 1, true), chunk: 0, last: false };
      expect(await inbox.stageChunks([other])).toEqual({ staged: 0, conflicting: [`chunk 0 of ${a}`] });
      await inbox.stageChunks([chunkOf(a, 1, true)]);
      expect(await recordsOf(a)).toEqual([0, 1]);
    });

    it('may be walked more than once, over more than one page', async () => {
      const many = Array.from({ length: 40 }, (_, index) => chunkOf(a, index, index === 39));
      await inbox.stageChunks(many.toReversed());
      const all = Array.from({ length: 40 }, (_, index) => index);
      expect(await recordsOf(a)).toEqual(all);
      expect(await recordsOf(a)).toEqual(all);
    });

    it('end at the last one, whatever is there beyond it', async () => {
      await inbox.stageChunks([0, 1, 2, 3].map((chunk) => chunkOf(a, chunk, chunk === 1)));
      expect(await recordsOf(a)).toEqual([0, 1]);
      expect(await recordsOf(a)).toEqual([0, 1]);
    });
  });

  describe('settling', () => {
    beforeEach(async () => {
      await inbox.stageIntakes([fileIntake(1, a), fileIntake(2, b), withdrawalIntake(3, b)]);
      await inbox.stageChunks([chunkOf(a, 0, true), chunkOf(b, 0, true)]);
    });

    it('lets go of the chunks of a linked submission, and takes no more of them', async () => {
      await inbox.settle(programme, 1, 'linked');
      await inbox.settle(programme, 1, 'linked');
      expect((await inbox.intake(programme, 1))?.state).toBe('decided');
      expect(await chunksStaged()).toBe(1);
      expect(await inbox.stageChunks([chunkOf(a, 0, true)])).toEqual({ staged: 0, conflicting: [] });
      expect(await chunksStaged()).toBe(1);
      expect(await recordsOf(a)).toEqual([]);
    });

    it('keeps the chunks of a parked submission until it is withdrawn', async () => {
      await inbox.settle(programme, 2, 'parked');
      expect((await inbox.intake(programme, 2))?.state).toBe('parked');
      expect(await chunksStaged()).toBe(2);
      expect(await recordsOf(b)).toEqual([0]);
      await inbox.settle(programme, 3, 'withdrawn');
      expect((await inbox.intake(programme, 2))?.state).toBe('decided');
      expect(await chunksStaged()).toBe(1);
      expect(await recordsOf(b)).toEqual([]);
    });

    it('has a submission parked once, however often, and no more when it is linked at a later place', async () => {
      await inbox.stageIntakes([unparkingIntake(4, b), unparkingIntake(5, b)]);
      expect(await inbox.intake(programme, 4)).toMatchObject({
        kind: 'unparking',
        cause: 'unparking-4',
        data: { submission: b, intake: 4 },
      });
      await inbox.settle(programme, 2, 'parked');
      await inbox.settle(programme, 4, 'parked');
      expect(await inbox.counts(programme)).toMatchObject({ parked: 1, chunks: 2 });
      await inbox.settle(programme, 5, 'linked');
      expect(await inbox.counts(programme)).toMatchObject({ parked: 0, chunks: 1 });
      expect(await inbox.stageChunks([chunkOf(b, 0, true)])).toEqual({ staged: 0, conflicting: [] });
    });

    it('sweeps up nothing that is still needed', async () => {
      await inbox.settle(programme, 2, 'parked');
      expect(await inbox.sweep()).toBe(0);
      expect(await chunksStaged()).toBe(2);
    });

    it('counts what waits', async () => {
      await inbox.settle(programme, 1, 'linked');
      await inbox.settle(programme, 2, 'parked');
      expect(await inbox.counts(programme)).toEqual({ waiting: 1, parked: 1, refused: 0, chunks: 1 });
    });
  });

  it('remembers the first reason why a submission cannot be processed', async () => {
    await inbox.stageUnprocessable([{ submission: a, intake: 1, reason: 'landing-unreadable' }]);
    await inbox.stageUnprocessable([{ submission: a, intake: 1, reason: 'another' }]);
    expect((await inbox.progressOf(a, 1)).unprocessable).toBe('landing-unreadable');
    expect((await inbox.progressOf(b, 2)).unprocessable).toBeUndefined();
  });

  it('keeps apart what was said of a submission for one place and for another', async () => {
    await inbox.stageUnprocessable([{ submission: a, intake: 1, reason: 'landing-incomplete' }]);
    expect((await inbox.progressOf(a, 4)).unprocessable).toBeUndefined();
    await inbox.stageUnprocessable([{ submission: a, intake: 4, reason: 'schema-unknown' }]);
    expect((await inbox.progressOf(a, 1)).unprocessable).toBe('landing-incomplete');
    expect((await inbox.progressOf(a, 4)).unprocessable).toBe('schema-unknown');
  });

  it('keeps a refused command at its place until it is answered, and afterwards too', async () => {
    await inbox.stageIntakes([withdrawalIntake(1, a), withdrawalIntake(2, b)]);
    await inbox.refuse(programme, 1, 'submission-unknown');
    await inbox.refuse(programme, 1, 'another');
    expect(await inbox.unansweredRefusals(programme)).toEqual([
      {
        intake: 1,
        kind: 'withdrawal',
        commandId: 'withdrawal-1',
        time: '2023-10-09T00:01:00.250Z',
        reason: 'submission-unknown',
      },
    ]);
    await inbox.markAnswered(programme, [1, 2]);
    expect(await inbox.unansweredRefusals(programme)).toEqual([]);
    expect((await inbox.intake(programme, 1))?.state).toBe('refused');
    expect((await inbox.intake(programme, 2))?.state).toBe('waiting');
  });
}
