import {
  decodeCloudEvent,
  encodeCloudEvent,
  SubmissionDecided,
  topics,
  type DataOf,
  type ProgrammeId,
  type SubmissionId,
  type Topic,
  type UploadId,
} from '@kinledger/contracts';
import { createPool } from '@kinledger/database';
import { submissionIdOf } from '@kinledger/domain';
import { deleteFile } from '@kinledger/landing-store';
import { createPostgresMessageBus, type IncomingMessage } from '@kinledger/message-bus';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import {
  ask,
  DATASET,
  fileOf,
  goodFile,
  PERIOD,
  submit,
  upload,
  type SubmissionBody,
} from '../testing/requests.js';
import { deleteSuperseded } from '../register/register-table.js';
import { startIngest, type RunningIngest } from '../testing/running-ingest.js';

let ingest: RunningIngest;
beforeAll(async () => {
  ingest = await startIngest(inject('postgresUrl'));
});
afterAll(() => ingest.stop());

let file = 0;
/** A unique file. */
const newFile = () => goodFile(2, `F${(file += 1)}`);
const uploaded = async (content = newFile(), options: { period?: string } = {}) => {
  const { body } = await upload(ingest, content, options);
  return body.id;
};
const submitted = async (content = newFile(), options: { period?: string; body?: object } = {}) => {
  const answer = await submit(ingest, await uploaded(content, options), options);
  expect(answer.status).toBe(200);
  return answer.body;
};

const withdrawn = async (id: string) => {
  const answer = await ask(ingest, 'data-team', 'POST', `/v1/submissions/${id}/withdraw`, {
    body: JSON.stringify({ reason: 'end-of-test' }),
    headers: { 'content-type': 'application/json' },
  });
  expect(answer.status).toBe(200);
};

const lastIntake = async () => {
  const { rows } = await ingest.pool.query<{ last: number }>('SELECT last FROM ingest.intake');
  return rows[0]?.last ?? 0;
};

/** Returns the command that was sent under an id. */
async function commanded(id: string) {
  const isIt = ({ headers }: IncomingMessage) => headers['ce_id'] === `command:${id}`;
  const [message] = (await published(topics.command, (all) => all.some(isIt))).filter(isIt);
  return decodeCloudEvent(topics.command.contract, message!);
}

/** Returns everything that was published to a topic, oldest first, as read by a new group. */
async function published(topic: Topic, until: (messages: readonly IncomingMessage[]) => boolean) {
  const bus = createPostgresMessageBus({
    url: ingest.databases.url('bus', 'pseudonymiser'),
    applicationName: 'test',
    onError: () => undefined,
  });
  const messages: IncomingMessage[] = [];
  const subscription = bus.subscribe(
    { group: `test-${Math.random()}`, topics: [topic.name] },
    async (batch) => {
      messages.push(...batch.messages);
    },
  );
  try {
    await vi.waitFor(() => expect(until(messages)).toBe(true), { timeout: 20_000, interval: 20 });
  } finally {
    await subscription.stop();
    await bus.close();
  }
  return messages;
}

let period = 0;
/** A period that no other test of this file uses. */
const newPeriod = () => {
  const year = 20 + Math.floor(period / 5);
  return `20${year}-${year + 1}-${['Q1', 'Q2', 'Q3', 'Q4', 'AY'][period++ % 5] ?? ''}`;
};

describe('submitting', () => {
  let ownPeriod = PERIOD;
  beforeEach(() => {
    ownPeriod = newPeriod();
  });

  it('creates a submission with the next sequence and intake number, and tells the pseudonymiser', async () => {
    const before = await lastIntake();
    const id = await uploaded(fileOf({}, { Mobile: '1' }), { period: ownPeriod });
    const { status, body } = await submit(ingest, id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: submissionIdOf('leap' as never, DATASET as never, ownPeriod as never, 1),
      upload: id,
      sequence: 1,
      intake: before + 1,
      state: 'accepted',
      repeated: false,
      supersedes: [],
      attestedBy: 'officer',
    });
    expect(body).not.toHaveProperty('onBehalfOf');
    const messages = await published(topics.fileAccepted, (all) => all.some(({ key }) => key === body.id));
    const message = messages.find(({ key }) => key === body.id);
    if (message === undefined) throw new Error('not published');
    const event = decodeCloudEvent(topics.fileAccepted.contract, message);
    expect(event.id).toBe(`accepted:${body.id}`);
    expect(event.data).toMatchObject({
      programme: 'leap',
      submission: body.id,
      upload: id,
      intake: before + 1,
      provider: 'parent-infant-team',
      sequence: 1,
      counts: { read: 2, accepted: 2, warned: 1, rejected: 0, duplicate: 0, consentRefused: 0 },
      findings: { 'invalid-contact-number': 1 },
      attestation: { by: 'officer' },
      agreement: 'parent-infant-team-2021',
      pseudonymisedAtSource: false,
      supersedes: [],
    });
    expect(event.data.mapping).toMatchObject({ case_number: 0, email: 3, carer_email: 4 });
    expect(Buffer.from(message.value).toString()).not.toContain('Parent email');
  });

  it('publishes that the upload is validated, then accepted', async () => {
    const { upload: id, id: submission } = await submitted(newFile(), { period: ownPeriod });
    const messages = await published(
      topics.submissionStateChanged,
      (all) => all.filter(({ key }) => key === id).length === 2,
    );
    const states = messages
      .filter(({ key }) => key === id)
      .map((message) => decodeCloudEvent(topics.submissionStateChanged.contract, message).data);
    expect(states).toMatchObject([{ state: 'validated' }, { state: 'accepted', submission }]);
  });

  it('is idempotent', async () => {
    const id = await uploaded(newFile(), { period: ownPeriod });
    const first = await submit(ingest, id);
    const last = await lastIntake();
    const again = await submit(ingest, id);
    expect(again).toMatchObject({ status: 200, body: { ...first.body, repeated: true } });
    expect(await lastIntake()).toBe(last);
  });

  it('the same file again returns the standing submission, and deletes its rows', async () => {
    const content = newFile();
    const first = await submitted(content, { period: ownPeriod });
    const last = await lastIntake();
    for (const body of [{ mode: 'add' }, { mode: 'replace' }]) {
      // Only this file stands, so it would replace nothing but itself.
      const repeated = await uploaded(content, { period: ownPeriod });
      for (const answer of [await submit(ingest, repeated, { body }), await submit(ingest, repeated)]) {
        expect(answer).toMatchObject({
          status: 200,
          body: { id: first.id, upload: first.upload, repeated: true },
        });
      }
      const { rows } = await ingest.pool.query('SELECT FROM landing.file WHERE upload = $1', [repeated]);
      expect(rows).toEqual([]);
    }
    expect(await lastIntake()).toBe(last);
    const { rows } = await ingest.pool.query('SELECT FROM landing.file WHERE upload = $1', [first.upload]);
    expect(rows).toHaveLength(1);
  });

  it('the same file for another period creates another submission', async () => {
    const content = newFile();
    const first = await submitted(content, { period: ownPeriod });
    const second = await submitted(content, { period: newPeriod() });
    expect(second).toMatchObject({ sequence: 1, repeated: false });
    expect(second.id).not.toBe(first.id);
  });

  it('replaces what stands, or adds to it', async () => {
    const first = await submitted(newFile(), { period: ownPeriod });
    const added = await submitted(newFile(), { period: ownPeriod, body: { mode: 'add' } });
    expect(added).toMatchObject({ sequence: 2, supersedes: [] });
    const replaced = await submitted(newFile(), { period: ownPeriod });
    expect(replaced).toMatchObject({ sequence: 3, supersedes: [first.id, added.id] });
    const next = await submitted(newFile(), { period: ownPeriod });
    expect(next).toMatchObject({ sequence: 4, supersedes: [replaced.id, added.id, first.id] });
  });

  it('replaces added files when the standing file is sent again in the mode replace', async () => {
    const content = newFile();
    const first = await submitted(content, { period: ownPeriod });
    const added = await submitted(newFile(), { period: ownPeriod, body: { mode: 'add' } });
    const again = await submitted(content, { period: ownPeriod, body: { mode: 'add' } });
    expect(again).toMatchObject({ id: first.id, repeated: true });
    const alone = await submitted(content, { period: ownPeriod });
    expect(alone).toMatchObject({ sequence: 3, repeated: false, supersedes: [first.id, added.id] });
    const once = await submitted(content, { period: ownPeriod });
    expect(once).toMatchObject({ id: alone.id, repeated: true });
  });

  it('returns to an earlier file with a new submission', async () => {
    const [a, b, c] = [newFile(), newFile(), newFile()];
    const sent: SubmissionBody[] = [];
    for (const content of [a, b, c, a]) sent.push(await submitted(content, { period: ownPeriod }));
    const ids = sent.map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
    expect(sent.at(-1)).toMatchObject({
      sequence: 4,
      repeated: false,
      supersedes: [ids[2], ids[1], ids[0]],
    });
  });

  it('refuses more files beside each other than a later one can replace', async () => {
    const first = await submitted(newFile(), { period: ownPeriod });
    await ingest.pool.query(
      `INSERT INTO ingest.upload (upload, provider, dataset, period, state, uploaded_by, schema_hash)
       SELECT md5($1 || n), provider, dataset, period, state, uploaded_by, schema_hash
       FROM ingest.upload, generate_series(2, 100) AS n WHERE upload = $2`,
      [ownPeriod, first.upload],
    );
    // Intake numbers that the service will not assign.
    await ingest.pool.query(
      `INSERT INTO ingest.submission (submission, upload, intake, provider, dataset, period, sequence, mode, supersedes,
         content_hash, schema_hash, agreement, attested_by, accepted_at)
       SELECT md5('submission' || $1 || n), md5($1 || n), -n, provider, dataset, period, n, 'add', '{}',
         n::text, schema_hash, agreement, attested_by, accepted_at
       FROM ingest.submission, generate_series(2, 100) AS n WHERE submission = $2`,
      [ownPeriod, first.id],
    );
    const full = await submit(ingest, await uploaded(newFile(), { period: ownPeriod }), {
      body: { mode: 'add' },
    });
    expect(full).toMatchObject({ status: 409, body: { type: 'urn:kinledger:problem:too-many-parts' } });
    const whole = await submitted(newFile(), { period: ownPeriod });
    expect(whole).toMatchObject({ sequence: 101 });
    expect(whole.supersedes).toHaveLength(100);
  });

  it('assigns numbers without a gap, and each sequence once, to many at once', async () => {
    const before = await lastIntake();
    const ids: string[] = [];
    for (let count = 0; count < 20; count++) ids.push(await uploaded(newFile(), { period: ownPeriod }));
    const answers = await Promise.all(ids.map((id) => submit(ingest, id, { body: { mode: 'add' } })));
    const numbers = (of: (body: SubmissionBody) => number) =>
      answers.map(({ body }) => of(body)).sort((left, right) => left - right);
    expect(numbers(({ intake }) => intake)).toEqual(ids.map((_, index) => before + 1 + index));
    expect(numbers(({ sequence }) => sequence)).toEqual(ids.map((_, index) => 1 + index));
    const own = new Set(answers.map(({ body }) => body.id));
    const messages = await published(
      topics.fileAccepted,
      (all) => all.filter(({ key }) => own.has(key)).length === 20,
    );
    const events = messages
      .filter(({ key }) => own.has(key))
      .map((message) => decodeCloudEvent(topics.fileAccepted.contract, message))
      .sort((left, right) => left.data.intake - right.data.intake);
    // The linker's ledger uses these times, which must increase with the intake numbers.
    expect(events.map(({ time }) => time).toSorted()).toEqual(events.map(({ time }) => time));
  });

  it('the same upload many times at once creates one submission', async () => {
    const id = await uploaded(newFile(), { period: ownPeriod });
    const before = await lastIntake();
    const answers = await Promise.all(Array.from({ length: 10 }, () => submit(ingest, id)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(answers.filter(({ body }) => !body.repeated)).toHaveLength(1);
    expect(await lastIntake()).toBe(before + 1);
  });

  it('by the data team records the provider on whose behalf it attests', async () => {
    const id = await uploaded(newFile(), { period: ownPeriod });
    const wrong = await submit(ingest, id, { caller: 'data-team', body: { onBehalfOf: 'baby-steps-team' } });
    expect(wrong).toMatchObject({ status: 400, body: { type: 'urn:kinledger:problem:attestation-wrong' } });
    const { body } = await submit(ingest, id, { caller: 'data-team' });
    expect(body).toMatchObject({ attestedBy: 'data-team', onBehalfOf: 'parent-infant-team' });
  });

  it('requires an agreement that is still in force', async () => {
    const id = await uploaded(newFile(), { period: ownPeriod });
    await ingest.pool.query("UPDATE ingest.upload SET period = '2030-31-Q1' WHERE upload = $1", [id]);
    const answer = await submit(ingest, id);
    expect(answer).toMatchObject({ status: 409, body: { type: 'urn:kinledger:problem:no-live-agreement' } });
  });

  it('refuses a file that was checked against another schema', async () => {
    const id = await uploaded(newFile(), { period: ownPeriod });
    await ingest.pool.query("UPDATE ingest.upload SET schema_hash = repeat('0', 64) WHERE upload = $1", [id]);
    const answer = await submit(ingest, id);
    expect(answer).toMatchObject({ status: 409, body: { type: 'urn:kinledger:problem:schema-changed' } });
  });

  it.each([{ mode: 'overwrite' }, { modus: 'add' }, { onBehalfOf: 'A Person' }])(
    'refuses the body %j',
    async (body) => {
      const id = await uploaded(newFile(), { period: ownPeriod });
      const answer = await submit(ingest, id, { body });
      expect(answer).toMatchObject({
        status: 400,
        body: { type: 'urn:kinledger:problem:validation-failed' },
      });
      expect(answer.text).not.toContain('Person');
    },
  );

  it('makes it impossible to discard the upload', async () => {
    const { upload: id } = await submitted(newFile(), { period: ownPeriod });
    const answer = await ask(ingest, 'officer', 'DELETE', `/v1/uploads/${id}`);
    expect(answer).toMatchObject({ status: 409, body: { type: 'urn:kinledger:problem:upload-submitted' } });
  });
});

describe('the predicted effect of a submission', () => {
  const person = (id: number, change: Readonly<Record<string, string>> = {}) => ({
    'Case number': `W${id}`,
    'Parent email': `w${id}@example.org`,
    ...change,
  });
  const fileOfPeople = (ids: readonly number[], change: Readonly<Record<string, string>> = {}) =>
    fileOf(...ids.map((id) => person(id, change)));
  const foretold = async (content: string, period: string, dataset = DATASET) => {
    const { body } = await upload(ingest, content, { period, dataset, caller: 'data-team' });
    return body;
  };

  it('is shown before submitting, for either mode, and is what then happens', async () => {
    const ownPeriod = newPeriod();
    const first = await submitted(fileOfPeople([1, 2, 3]), { period: ownPeriod });
    const offered = await foretold(
      fileOf(person(1), person(2, { Mobile: '07700 900999' }), person(4)),
      ownPeriod,
    );
    expect(offered.ifSubmitted?.replace).toMatchObject({
      adds: 1,
      replaces: 1,
      equal: 1,
      retires: 1,
      retiresOf: [{ submission: first.id, rows: 1 }],
      notCompared: [],
    });
    expect(offered.ifSubmitted?.add).toMatchObject({
      adds: 1,
      replaces: 1,
      equal: 1,
      retires: 0,
      retiresOf: [],
    });
    const later = await ask(ingest, 'officer', 'GET', `/v1/uploads/${offered.id}`);
    expect(later.body).toMatchObject({ ifSubmitted: offered.ifSubmitted });
    const answer = await submit(ingest, offered.id);
    expect(answer.body).toMatchObject({ effect: offered.ifSubmitted?.replace });
    const view = await ask(ingest, 'officer', 'GET', `/v1/submissions/${answer.body.id}`);
    expect(view.body).toMatchObject({ effect: offered.ifSubmitted?.replace });
    await withdrawn(answer.body.id);
    await withdrawn(first.id);
  });

  it('is predicted again if something else was submitted meanwhile', async () => {
    const ownPeriod = newPeriod();
    const offered = await foretold(fileOfPeople([11, 12]), ownPeriod);
    expect(offered.ifSubmitted?.replace).toMatchObject({ adds: 2, retires: 0 });
    const meanwhile = await submitted(fileOfPeople([12, 13]), { period: ownPeriod });
    const { body } = await submit(ingest, offered.id);
    expect(body).toMatchObject({ effect: { adds: 1, equal: 1, retires: 1 } });
    await withdrawn(body.id);
    await withdrawn(meanwhile.id);
  });

  it('is absent for a mode in which nothing new would happen', async () => {
    const ownPeriod = newPeriod();
    const content = fileOfPeople([21]);
    const first = await submitted(content, { period: ownPeriod });
    expect((await foretold(content, ownPeriod)).ifSubmitted).toEqual({});
    await withdrawn(first.id);
  });

  it('names submissions with which it could not be compared', async () => {
    const ownPeriod = newPeriod();
    const first = await submitted(fileOfPeople([31, 32]), { period: ownPeriod });
    await ingest.pool.query('UPDATE ingest.upload SET rows_alone = NULL WHERE upload = $1', [first.upload]);
    const offered = await foretold(fileOfPeople([31]), ownPeriod);
    expect(offered.ifSubmitted?.replace).toMatchObject({ adds: 1, retires: 0, notCompared: [first.id] });
    await withdrawn(first.id);
  });

  it('keeps no register of a file that was discarded, withdrawn, or replaced long ago', async () => {
    const ownPeriod = newPeriod();
    const pages = async (id: string) => {
      const { rows } = await ingest.pool.query('SELECT FROM ingest.row_register WHERE upload = $1', [id]);
      return rows.length;
    };
    const offered = await foretold(fileOfPeople([41]), ownPeriod);
    expect(await pages(offered.id)).toBe(1);
    await ask(ingest, 'officer', 'DELETE', `/v1/uploads/${offered.id}`);
    expect(await pages(offered.id)).toBe(0);
    const first = await submitted(fileOfPeople([42]), { period: ownPeriod });
    const second = await submitted(fileOfPeople([43]), { period: ownPeriod });
    expect(await deleteSuperseded(ingest.pool, 90)).toBe(0);
    await ingest.pool.query(
      "UPDATE ingest.submission SET accepted_at = accepted_at - interval '91 days' WHERE submission = $1",
      [second.id],
    );
    expect(await deleteSuperseded(ingest.pool, 90)).toBe(1);
    expect([await pages(first.upload), await pages(second.upload)]).toEqual([0, 1]);
    await withdrawn(second.id);
    expect(await pages(second.upload)).toBe(0);
  });

  describe('of a cumulative file', () => {
    const dataset = 'making-it-real.user';

    it('requires a confirmation if the file would retire a large share', async () => {
      const whole = Array.from({ length: 20 }, (_, index) => 50 + index);
      const asDataTeam = (id: string, body?: object) =>
        submit(ingest, id, { caller: 'data-team', ...(body === undefined ? {} : { body }) });
      const first = await foretold(fileOfPeople(whole), '2021-22-Q1', dataset);
      expect(await asDataTeam(first.id)).toMatchObject({ status: 200 });
      const few = await foretold(fileOfPeople(whole.slice(0, 16)), '2021-22-AY', dataset);
      expect(few.ifSubmitted?.replace).toMatchObject({ standing: 20, loses: 4 });
      const many = await foretold(fileOfPeople(whole.slice(0, 12)), '2021-22-AY', dataset);
      expect(many.ifSubmitted?.replace).toMatchObject({ standing: 20, loses: 8 });
      const refused = await asDataTeam(many.id);
      expect(refused).toMatchObject({
        status: 409,
        body: { type: 'urn:kinledger:problem:would-retire-many' },
      });
      expect(refused.text).toContain('lacks 8 of the 20 live rows');
      const confirmed = await asDataTeam(many.id, { confirmRetiring: true });
      expect(confirmed).toMatchObject({ status: 200, body: { effect: { retires: 8, equal: 12 } } });
      await withdrawn(confirmed.body.id);
      expect(await asDataTeam(few.id)).toMatchObject({ status: 200, body: { effect: { retires: 4 } } });
    });
  });
});

describe('un-parking a submission', () => {
  const unpark = (id: string, caller: Parameters<typeof ask>[1] = 'data-team') =>
    ask<{ id: string; intake: number }>(ingest, caller, 'POST', `/v1/submissions/${id}/unpark`);

  it('assigns a new number at the end, and repeats the message about the file', async () => {
    const first = await submitted();
    await submitted(newFile(), { body: { mode: 'add' } });
    const before = await lastIntake();
    const { status, body } = await unpark(first.id);
    const id = `unpark-${first.id}-${before + 1}`;
    expect({ status, body }).toMatchObject({
      status: 202,
      body: {
        id: first.id,
        intake: before + 1,
        command: { id, kind: 'unpark-submission', state: 'waiting' },
      },
    });
    const [told] = await published(topics.fileAccepted, (all) =>
      all.some(({ key }) => key === first.id),
    ).then((all) => all.filter(({ key }) => key === first.id));
    const command = await commanded(id);
    const accepted = decodeCloudEvent(topics.fileAccepted.contract, told!);
    expect(command).toMatchObject({
      id: `command:${id}`,
      data: {
        ...{ id, kind: 'unpark-submission', reason: 'cause-mended', after: before },
        askedBy: { person: 'data-team' },
        payload: { file: { ...accepted.data, intake: before + 1 } },
      },
    });
  });

  it('is one command until the linker has answered, however often it is requested', async () => {
    const { id } = await submitted();
    const first = await unpark(id);
    expect((await unpark(id)).body).toEqual(first.body);
    expect(await lastIntake()).toBe(first.body.intake);
  });

  it('is for the data team and operators', async () => {
    const { id } = await submitted();
    const before = await lastIntake();
    expect(await unpark(id, 'officer')).toMatchObject({ status: 403 });
    expect(await unpark(id, 'nobody')).toMatchObject({ status: 401 });
    expect(await lastIntake()).toBe(before);
  });

  it('assigns no number if there is nothing to process', async () => {
    const { id, upload: pseudonymised } = await submitted();
    await deleteFile(ingest.pool, pseudonymised as UploadId, 'pseudonymised');
    const gone = await submitted();
    await ingest.pool.query('DELETE FROM landing.file WHERE upload = $1', [gone.upload]);
    const withdrawn = await submitted();
    await ask(ingest, 'data-team', 'POST', `/v1/submissions/${withdrawn.id}/withdraw`, {
      body: JSON.stringify({ reason: 'wrong-file' }),
      headers: { 'content-type': 'application/json' },
    });
    const before = await lastIntake();
    expect(await unpark('0'.repeat(32))).toMatchObject({ status: 404 });
    expect(await unpark(id)).toMatchObject({
      status: 409,
      body: { type: 'urn:kinledger:problem:submission-not-parked' },
    });
    expect(await unpark(gone.id)).toMatchObject({
      status: 410,
      body: { type: 'urn:kinledger:problem:rows-gone' },
    });
    expect(await unpark(withdrawn.id)).toMatchObject({
      status: 409,
      body: { type: 'urn:kinledger:problem:submission-withdrawn' },
    });
    expect(await lastIntake()).toBe(before);
  });
});

describe('withdrawing', () => {
  const withdraw = (
    id: string,
    caller: 'officer' | 'stranger' | 'data-team' = 'officer',
    reason = 'wrong-quarter',
  ) =>
    ask(ingest, caller, 'POST', `/v1/submissions/${id}/withdraw`, {
      body: JSON.stringify({ reason }),
      headers: { 'content-type': 'application/json' },
    });

  it('is a command without an intake number, which waits for everything that has one', async () => {
    const { id } = await submitted(newFile(), { period: newPeriod() });
    const before = await lastIntake();
    const { status, body } = await withdraw(id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id,
      state: 'withdrawn',
      withdrawal: { command: `withdraw-${id}`, reason: 'wrong-quarter', by: 'officer' },
    });
    expect(await lastIntake()).toBe(before);
    expect(await commanded(`withdraw-${id}`)).toMatchObject({
      id: `command:withdraw-${id}`,
      data: {
        ...{ kind: 'withdraw-submission', programme: 'leap', reason: 'wrong-quarter', after: before },
        askedBy: { person: 'officer', organisation: 'parent-infant-team' },
        payload: { submission: id },
      },
    });
  });

  it('is idempotent, even concurrently; the first reason stands', async () => {
    const { id } = await submitted(newFile(), { period: newPeriod() });
    const before = await lastIntake();
    const answers = await Promise.all([withdraw(id), withdraw(id, 'data-team')]);
    const later = await withdraw(id, 'data-team', 'sent-twice');
    expect(later.status).toBe(200);
    for (const answer of answers) expect(answer.body['withdrawal']).toEqual(later.body['withdrawal']);
    expect(await lastIntake()).toBe(before);
    const { rows } = await ingest.pool.query('SELECT FROM ingest.command WHERE submission = $1', [id]);
    expect(rows).toHaveLength(1);
  });

  it('makes what the submission had replaced stand again', async () => {
    const ownPeriod = newPeriod();
    const first = await submitted(newFile(), { period: ownPeriod });
    const second = await submitted(newFile(), { period: ownPeriod });
    await withdraw(second.id);
    const third = await submitted(newFile(), { period: ownPeriod });
    expect(third).toMatchObject({ sequence: 3, supersedes: [first.id] });
  });

  it('lets the same file be submitted again', async () => {
    const ownPeriod = newPeriod();
    const content = newFile();
    const first = await submitted(content, { period: ownPeriod });
    await withdraw(first.id);
    const second = await submitted(content, { period: ownPeriod });
    expect(second).toMatchObject({ sequence: 2, repeated: false });
  });

  it('is for its provider and the data team', async () => {
    const { id } = await submitted(newFile(), { period: newPeriod() });
    expect((await withdraw(id, 'stranger')).status).toBe(404);
    expect((await withdraw('f'.repeat(32), 'stranger')).status).toBe(404);
    expect((await withdraw(id, 'data-team')).status).toBe(200);
  });

  it('requires a code as reason', async () => {
    const { id } = await submitted(newFile(), { period: newPeriod() });
    expect((await withdraw(id, 'officer', 'Mrs Okafor asked')).status).toBe(400);
  });
});

describe('the list of submissions', () => {
  const list = async (caller: 'officer' | 'stranger' | 'data-team', query = '') => {
    const { body } = await ask<{ submissions: SubmissionBody[] }>(
      ingest,
      caller,
      'GET',
      `/v1/submissions${query}`,
    );
    return body.submissions;
  };

  it('shows a provider its own, newest first, page by page, and the data team all', async () => {
    await submitted();
    await submitted();
    const own = await list('officer', '?limit=200');
    expect(own.length).toBeGreaterThan(2);
    expect(own.map(({ intake }) => intake)).toEqual(
      own.map(({ intake }) => intake).toSorted((left, right) => right - left),
    );
    expect(await list('stranger')).toEqual([]);
    expect(await list('data-team', `?limit=200&dataset=${DATASET}`)).toEqual(own);
    const [first, second] = own;
    expect(await list('officer', '?limit=1')).toEqual([first]);
    expect(await list('officer', `?limit=1&before=${first?.intake ?? 0}`)).toEqual([second]);
    expect(await list('officer', `?period=${PERIOD}`)).toEqual(
      own.filter((one) => 'period' in one && one.period === PERIOD),
    );
  });

  it('shows one, and answers another provider’s like an unknown one', async () => {
    const { id } = await submitted();
    expect((await ask(ingest, 'officer', 'GET', `/v1/submissions/${id}`)).body).toMatchObject({ id });
    expect((await ask(ingest, 'stranger', 'GET', `/v1/submissions/${id}`)).status).toBe(404);
  });

  it('shows when the rows were deleted', async () => {
    const { id, upload: file } = await submitted();
    await ingest.pool.query(
      "INSERT INTO landing.deletion (upload, reason, chunks) VALUES ($1, 'pseudonymised', 1)",
      [file],
    );
    const { body } = await ask(ingest, 'officer', 'GET', `/v1/submissions/${id}`);
    expect(body).toMatchObject({ state: 'pseudonymised', rowsDeletedAt: expect.any(String) as string });
  });
});

describe('the attestation of a submission', () => {
  const view = async (id: string) => (await ask(ingest, 'officer', 'GET', `/v1/submissions/${id}`)).body;

  it('names the person, the provider and the words that were confirmed', async () => {
    const { body } = await ask<{ attestations: readonly Record<string, unknown>[] }>(
      ingest,
      'officer',
      'GET',
      '/v1/attestations',
    );
    const words = body.attestations.find(({ act, current }) => act === 'submission' && current === true);
    const file = await uploaded();
    const answer = await submit(ingest, file, { caller: 'data-team', body: { attest: words?.['version'] } });
    const expected = {
      attestedBy: 'data-team',
      onBehalfOf: 'parent-infant-team',
      attestation: { version: words?.['version'], words: words?.['words'] },
    };
    expect(answer.body).toMatchObject(expected);
    expect(await view(answer.body.id)).toMatchObject(expected);
    expect(await submit(ingest, file, { body: { attest: 1 } })).toMatchObject({
      body: { repeated: true, ...expected },
    });
  });

  it('is of the current words or of none, and words are no account’s to invent', async () => {
    const file = await uploaded();
    const outdated = await submit(ingest, file, { body: { attest: 99 } });
    expect(outdated).toMatchObject({
      status: 409,
      body: { type: 'urn:kinledger:problem:attestation-outdated' },
    });
    expect(outdated.text).toContain('I confirm that this file');
    const { body } = await submit(ingest, file);
    expect(await view(body.id)).not.toHaveProperty('attestation');
    expect(await ask(ingest, 'reader', 'GET', '/v1/attestations')).toMatchObject({ status: 403 });
  });
});

describe('the history of a submission', () => {
  const history = async (id: string, caller: Parameters<typeof ask>[1] = 'officer') => {
    const { status, body } = await ask<{ steps: readonly Record<string, unknown>[] }>(
      ingest,
      caller,
      'GET',
      `/v1/submissions/${id}/history`,
    );
    return { status, steps: body.steps };
  };
  const steps = async (id: string) => (await history(id)).steps.map(({ step }) => step);
  let position = 40;
  /** Says on the bus, as the linker does, what was decided. */
  const decided = async (
    { id, intake }: { readonly id: string; readonly intake: number },
    outcome: DataOf<typeof SubmissionDecided>['outcome'],
    times = 1,
  ) => {
    const bus = createPostgresMessageBus({
      url: ingest.databases.url('bus', 'linker'),
      applicationName: 'linker',
      onError: () => undefined,
    });
    position += 1;
    const data = {
      programme: 'leap' as ProgrammeId,
      submission: id as SubmissionId,
      intake,
      position,
      outcome,
    };
    const event = {
      id: `decided-${position}`,
      source: 'urn:kinledger:linker',
      // As in the ledger: the time of the cause.
      time: '2023-10-09T10:00:00.000Z',
      data,
    };
    const message = { key: 'leap', ...encodeCloudEvent(SubmissionDecided, event) };
    for (let sent = 0; sent < times; sent++) await bus.publish(topics.submissionDecided.name, [message]);
    await bus.close();
    await expect.poll(async () => steps(id)).toContain(outcome);
  };
  const finished = async (id: string, file: string, intake: number, reason: string | null) => {
    const pool = createPool({
      url: ingest.databases.url('restricted', 'pseudonymiser'),
      applicationName: 'test',
    });
    await pool.query(
      `INSERT INTO pseudonymiser.finished_file (submission, upload, intake, outcome, rows, chunks, reason, finished_at)
       VALUES ($1, $2, $3, $4, 2, 1, $5, clock_timestamp())`,
      [id, file, intake, reason === null ? 'pseudonymised' : 'unprocessable', reason],
    );
    await pool.end();
  };

  it('tells each step once, with who and why, through parking, un-parking, replacement and withdrawal', async () => {
    const own = { period: '2022-23-Q4' };
    const first = await submitted(newFile(), own);
    await finished(first.id, first.upload, first.intake, 'landing-unreadable');
    await decided(first, 'parked', 3);
    const { body: unparked } = await ask<{ intake: number }>(
      ingest,
      'data-team',
      'POST',
      `/v1/submissions/${first.id}/unpark`,
    );
    await finished(first.id, first.upload, unparked.intake, null);
    await decided({ id: first.id, intake: unparked.intake }, 'linked');
    const second = await submitted(newFile(), own);
    await withdrawn(second.id);
    await withdrawn(first.id);
    await decided({ id: first.id, intake: unparked.intake }, 'withdrawn');
    const { steps: all } = await history(first.id);
    expect(all.map(({ step }) => step)).toEqual([
      ...['uploaded', 'validated', 'submitted', 'unprocessable', 'parked', 'unparking-requested'],
      ...[
        'pseudonymised',
        'linked',
        'replaced',
        'replacement-withdrawn',
        'withdrawal-requested',
        'withdrawn',
      ],
    ]);
    expect(all).toMatchObject([
      { by: 'officer' },
      {},
      { by: 'officer', intake: first.intake },
      { reason: 'landing-unreadable', intake: first.intake },
      { intake: first.intake },
      { by: 'data-team', reason: 'cause-mended', intake: unparked.intake },
      { intake: unparked.intake },
      { intake: unparked.intake },
      { by: 'officer', submission: second.id },
      { by: 'data-team', reason: 'end-of-test', submission: second.id },
      { by: 'data-team', reason: 'end-of-test' },
      { position },
    ]);
    const view = await ask(ingest, 'officer', 'GET', `/v1/submissions/${first.id}`);
    expect(view.body).toMatchObject({ state: 'withdrawn', decision: { outcome: 'withdrawn', position } });
    expect((await history(first.id, 'stranger')).status).toBe(404);
  });
});

describe('expected returns', () => {
  interface Return {
    readonly dataset: string;
    readonly period: string;
    readonly state: string;
    readonly received?: Readonly<Record<string, unknown>>;
    readonly nilReturn?: Readonly<Record<string, unknown>>;
  }
  /** Two quarters for which the tests above sent nothing. */
  let period: string;
  let otherPeriod: string;
  beforeAll(async () => {
    const { returns: late } = await returns('officer', `?dataset=${DATASET}&state=late`);
    [period = '', otherPeriod = ''] = late.map((one) => one.period);
  });
  const returns = async (caller: Parameters<typeof ask>[1], query = '') => {
    const { status, body } = await ask<{
      returns: readonly Return[];
      datasets: readonly { readonly dataset: string; readonly lastGood?: object }[];
    }>(ingest, caller, 'GET', `/v1/returns${query}`);
    expect(status).toBe(200);
    return body;
  };
  const ofDataset = async (dataset = DATASET, asked = period) =>
    (await returns('data-team', `?period=${asked}`)).returns.find((one) => one.dataset === dataset);
  const post = (path: string, body: object, caller: Parameters<typeof ask>[1] = 'officer') =>
    ask<{ id: string; repeated: boolean }>(ingest, caller, 'POST', path, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  const nil = (more: object = {}, caller: Parameters<typeof ask>[1] = 'officer') =>
    post('/v1/nil-returns', { dataset: DATASET, period, attest: 1, ...more }, caller);

  it('are received with the files that stand, and expected again once these are withdrawn', async () => {
    expect(await ofDataset()).toMatchObject({ state: 'late' });
    const first = await submitted(newFile(), { period });
    const second = await submitted(newFile(), { period, body: { mode: 'add' } });
    expect(await ofDataset()).toMatchObject({
      state: 'received',
      received: { submission: second.id, submissions: 2, rows: 4, by: 'officer', parked: false },
    });
    const { datasets } = await returns('officer', `?period=${period}`);
    expect(datasets.find(({ dataset }) => dataset === DATASET)).toMatchObject({
      lastGood: { submission: second.id, period, rows: 2 },
    });
    expect(await nil()).toMatchObject({
      status: 409,
      body: { type: 'urn:kinledger:problem:return-received' },
    });
    await withdrawn(first.id);
    await withdrawn(second.id);
    expect(await ofDataset()).toMatchObject({ state: 'late' });
  });

  it('are shown to their provider alone, and all to the data team', async () => {
    const own = new Set((await returns('officer')).returns.map(({ dataset }) => dataset.split('.')[0]));
    expect([...own]).toEqual(['pairs-together-time']);
    const late = await returns('data-team', '?state=never-delivered&period=Q2%202022/23');
    const before = await returns('data-team', '?period=Q2%202020/21');
    expect(before.returns).toEqual([]);
    expect(late.returns.length).toBeGreaterThan(5);
    expect(new Set(late.returns.map(({ state }) => state))).toEqual(new Set(['never-delivered']));
    expect(await ask(ingest, 'reader', 'GET', '/v1/returns')).toMatchObject({ status: 403 });
    expect(await ask(ingest, 'officer', 'GET', '/v1/returns?period=soon')).toMatchObject({
      status: 400,
      body: { type: 'urn:kinledger:problem:period-unknown' },
    });
  });

  it('may be nil by a person’s words, once, until the person or a file undoes that', async () => {
    const made = await nil({ onBehalfOf: 'parent-infant-team' }, 'data-team');
    expect(made).toMatchObject({
      status: 200,
      body: {
        repeated: false,
        by: 'data-team',
        onBehalfOf: 'parent-infant-team',
        attestation: { version: 1, words: expect.stringContaining('nothing to report') as string },
      },
    });
    expect((await nil()).body).toMatchObject({ repeated: true, id: made.body.id, by: 'data-team' });
    expect(await ofDataset()).toMatchObject({ state: 'nil-return', nilReturn: { id: made.body.id } });
    const undo = (caller: Parameters<typeof ask>[1]) =>
      post(`/v1/nil-returns/${made.body.id}/undo`, {}, caller);
    expect(await undo('stranger')).toMatchObject({ status: 404 });
    const undone = await undo('officer');
    expect(undone.body).toMatchObject({ undone: { by: 'officer' } });
    expect((await undo('data-team')).body).toEqual(undone.body);
    expect(await ofDataset()).toMatchObject({ state: 'late' });
    const again = await nil();
    const file = await submitted(newFile(), { period });
    expect(await ofDataset()).toMatchObject({ state: 'received' });
    const { rows } = await ingest.pool.query(
      'SELECT undone_by, undone_with FROM ingest.nil_return WHERE id = $1',
      [again.body.id],
    );
    expect(rows).toEqual([{ undone_by: 'officer', undone_with: file.id }]);
    await withdrawn(file.id);
    expect(await ofDataset()).toMatchObject({ state: 'late' });
  });

  it('are one nil return, or a file, of many at once', async () => {
    const own = otherPeriod;
    const file = await uploaded(newFile(), { period: own });
    const [sent, ...made] = await Promise.all([
      submit(ingest, file),
      ...Array.from({ length: 5 }, () => nil({ period: own })),
    ]);
    expect(sent.status).toBe(200);
    for (const { status } of made) expect([200, 409]).toContain(status);
    expect(await ofDataset(DATASET, own)).toMatchObject({ state: 'received' });
    const { rows } = await ingest.pool.query(
      'SELECT FROM ingest.nil_return WHERE period = $1 AND undone_at IS NULL',
      [own],
    );
    expect(rows).toEqual([]);
    await withdrawn(sent.body.id);
  });

  it.each<[string, number, string, object, Parameters<typeof ask>[1]?]>([
    ['the words are others', 409, 'attestation-outdated', { attest: 9 }],
    ['the period is none that is expected', 409, 'return-not-expected', { period: '2022-23-AY' }],
    ['no agreement covers the period', 409, 'no-live-agreement', { period: '2019-20-Q1' }],
    ['the dataset is another provider’s', 403, 'not-your-dataset', { dataset: 'baby-steps.user' }],
    ['the provider is another one', 400, 'attestation-wrong', { onBehalfOf: 'baby-steps-team' }, 'data-team'],
    ['nobody confirms any words', 400, 'validation-failed', { attest: undefined }],
  ])('are not nil if %s', async (_, status, code, more, caller) => {
    expect(await nil(more, caller)).toMatchObject({
      status,
      body: { type: `urn:kinledger:problem:${code}` },
    });
  });

  it('are not nil before the period is over', async () => {
    const { returns: all } = await returns('officer');
    const running = all.find(({ state }) => state === 'not-yet-due');
    expect(await nil({ period: running?.period })).toMatchObject({
      status: 409,
      body: { type: 'urn:kinledger:problem:period-not-over' },
    });
  });

  it('are counted for whoever watches, by dataset and state', async () => {
    const { text } = await ask(ingest, 'nobody', 'GET', '/metrics');
    expect(text).toMatch(
      /kinledger_returns_open\{.*dataset="baby-steps.user".*state="never-delivered".*\} [1-9]/,
    );
    expect(text).not.toContain('parent-infant-team');
  });
});
