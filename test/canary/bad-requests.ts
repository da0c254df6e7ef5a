import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import type { LocalConnection } from '@kinledger/contracts';
import { xlsxCell, xlsxOf, xlsxOfParts, xlsxSheet } from '@kinledger/intake-files/testing';
import { carer, child, markedFiles } from './marked-people.js';

/** A request that provokes a problem, with marked identifiers wherever a caller can put one. */
export interface BadRequest {
  /** The code of the expected problem. */
  readonly code: string;
  readonly why: string;
  readonly send: () => Promise<{ readonly status: number; readonly head: string; readonly text: string }>;
}

/** Ids that the platform holds, for requests that come too late or ask for too much. */
export interface Known {
  /** An upload, validated but not submitted. */
  readonly validated: string;
  readonly refused: string;
  readonly discarded: string;
  /** An upload, submitted and pseudonymised. */
  readonly submitted: string;
  /** The shared salt of digests. */
  readonly salt: string;
}

const email = encodeURIComponent(carer.email);
const unknownId = '0123456789abcdef0123456789abcdef';
const { text: people, dataset } = markedFiles.people;
const lines = people.split('\r\n');
const header = lines[0] ?? '';
const row = lines[1] ?? '';

const cellsOf = (text: string) =>
  text
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
const xlsxRow = (line: string) => `<row>${line.split(',').map(xlsxCell).join('')}</row>`;
const inUtf16 = (text: string) => Buffer.from(text, 'utf16le').toString('latin1');
const pack = (part: Uint8Array) => deflateRawSync(part);
const growing = xlsxSheet(`<row>${xlsxCell(carer.name)}</row>${'<x/>'.repeat(2_000_000)}`);

/** Requests that provoke every problem that a single caller can provoke. */
export function badRequests({ services, tokens }: LocalConnection, known: Known): readonly BadRequest[] {
  const officer = tokens.providers['baby-steps-team'] ?? '';
  const carriers = {
    'user-agent': carer.email,
    referer: `https://example.org/${email}`,
    cookie: carer.phone,
  };
  const ask =
    (url: string, token: string | undefined, init: RequestInit = {}): BadRequest['send'] =>
    async () => {
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const headers = { ...carriers, ...authorization, ...(init.headers as Record<string, string>) };
      const answer = await fetch(url, { ...init, headers });
      const head = JSON.stringify([...answer.headers]);
      return { status: answer.status, head, text: await answer.text() };
    };
  const uploadUrl = (about: Record<string, string> = {}) =>
    `${services.ingest}/v1/uploads?${new URLSearchParams({ dataset, period: '2023-24-Q4', ...about }).toString()}`;
  const upload = (body: string | Uint8Array<ArrayBuffer>, about = {}, headers = {}, token = officer) =>
    ask(uploadUrl(about), token, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/csv', ...headers },
    });
  const post = (path: string, body: unknown, token = officer) =>
    ask(`${services.ingest}${path}`, token, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  const get = (path: string, token: string | undefined = officer) => ask(`${services.ingest}${path}`, token);
  const meetingAction = { period: '2023-24-Q2', text: 'Send the files', owner: 'Lead', due: '2024-01-31' };
  const meetingPost = (path: string, body: unknown, service = 'baby-steps') =>
    ask(`${services['reporting-api']}/v1/services/${service}/meeting-actions${path}`, officer, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const read = (path: string) => ask(`${services['reporting-api']}${path}`, tokens.reader);
  const project = (path: string) => ask(`${services.projector}${path}`, tokens.operator);
  const projectorPost = (path: string, body: object) =>
    ask(`${services.projector}${path}`, tokens.operator, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const reviewPost = (path: string, body: object) =>
    ask(`${services.projector}${path}`, tokens.dataTeam, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const withRows = (text: string) => `${header}\r\n${text}\r\n`;
  const bytes = (head: string, text: string) =>
    Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(text)]);

  const all: readonly (readonly [code: string, why: string, send: BadRequest['send']])[] = [
    // Bad files
    ['excel-file', 'an old workbook', upload(bytes('\xd0\xcf\x11\xe0', people))],
    [
      'password-protected',
      'a workbook with a password',
      upload(bytes('\xd0\xcf\x11\xe0', inUtf16('EncryptedPackage'))),
    ],
    ['workbook-damaged', 'half a workbook', upload(bytes('PK\x03\x04', people))],
    ['workbook-too-large', 'a workbook that grows', upload(xlsxOfParts({ sheets: [growing], pack }))],
    ['several-sheets', 'people in two sheets', upload(xlsxOf(cellsOf(people), cellsOf(people)))],
    [
      'formula-without-value',
      'a formula that nobody calculated',
      upload(
        xlsxOfParts({ sheets: [xlsxSheet(`${xlsxRow(header)}<row><c><f>${carer.name}</f></c></row>`)] }),
      ),
    ],
    ['binary-file', 'a document', upload(bytes('%PDF-1.7\n', people))],
    [
      'utf-16-file',
      'Unicode text that breaks off',
      upload(Buffer.from(`\ufeff${people}`, 'utf16le').subarray(0, -1)),
    ],
    ['holds-the-salt', 'the salt in a cell', upload(withRows(row.replace(carer.name, known.salt)))],
    ['holds-the-salt', 'the salt in a title', upload(people.replace('Email', known.salt))],
    ['holds-the-salt', 'the salt at the end', upload(`${people}${known.salt}`)],
    [
      'holds-the-salt',
      'the log of a pseudonymising program',
      upload(`Run of ${carer.name}\n\nUser selected salt: ${known.salt}\nJagged lines: 0\n`),
    ],
    ['holds-the-salt', 'the salt in UTF-16', upload(Buffer.from(`\ufeff${known.salt}`, 'utf16le'))],
    ['nul-bytes', 'a NUL in a row', upload(withRows(row.replace(carer.name, `${carer.name}\0`)))],
    ['empty-file', 'nothing', upload('\r\n')],
    ['no-rows', 'titles alone', upload(`${header}\r\n`)],
    ['no-header', 'a blank first line', upload(`\r\n${row}\r\n`)],
    ['no-header', 'a row where the titles belong', upload(`${row}\r\n${row}\r\n`)],
    [
      'missing-columns',
      'identifiers as titles',
      upload(`Case number,${carer.email},${child.name}\r\n1,2,3\r\n`),
    ],
    ['duplicate-columns', 'two emails', upload(withRows(row).replace('Full name', 'Email'))],
    ['mapping-unknown', 'asked for by a file', upload(people, { mapping: `${unknownId}.1` })],
    ['mapping-unknown', 'no such mapping', get(`/v1/mappings/${unknownId}?email=${email}`)],
    [
      'not-at-source',
      'what leaves a source that makes no digests',
      get(`/v1/datasets/${dataset}/leaves?email=${email}`),
    ],
    [
      'schema-unknown',
      'a schema that never was',
      get(`/v1/datasets/${dataset}/schemas/${unknownId.repeat(2)}?email=${email}`),
    ],
    ['validation-failed', 'an email for a schema', get(`/v1/datasets/${dataset}/schemas/${email}`)],
    ['validation-failed', 'an email for a mapping', upload(people, { mapping: carer.email })],
    [
      'mapping-unfit',
      'identifiers as titles, values and codes',
      post('/v1/mappings', {
        dataset,
        titles: [carer.email, child.name],
        columns: [{ field: 'email', columnTitle: carer.email }],
        values: [{ field: 'gender', value: carer.name, code: child.name }],
      }),
    ],
    ['too-many-columns', 'a title per person', upload(`${`${carer.name},`.repeat(501)}x\r\n`)],
    [
      'field-too-long',
      'a name without end',
      upload(withRows(row.replace(carer.email, carer.name.repeat(400)))),
    ],
    ['unbalanced-quotes', 'never closed', upload(withRows(row.replace(carer.email, `"${carer.email}`)))],
    ['unbalanced-quotes', 'out of place', upload(withRows(row.replace(carer.email, `x"${carer.email}"`)))],
    [
      'body-too-large',
      'a length that is announced',
      raw(uploadUrl(), officer, `content-length: ${2 ** 32}\r\n\r\n${people}`),
    ],
    // Bad parameters and headers of an upload
    ['content-encoding-unsupported', 'packed', upload(people, {}, { 'content-encoding': carer.email })],
    [
      'unsupported-media-type',
      'not CSV',
      upload(people, {}, { 'content-type': `text/${carer.name.split(' ')[0] ?? ''}` }),
    ],
    ['dataset-unknown', 'a person’s name', upload(people, { dataset: carer.email })],
    ['not-your-dataset', 'somebody else’s', upload(people, { dataset: 'making-it-real.user' })],
    ['date-field-unknown', 'a person as a date field', upload(people, { monthFirst: carer.email })],
    ['period-unknown', 'a birth date', upload(people, { period: child.birthDate })],
    ['period-not-begun', 'the future', upload(people, { period: '2098-99-Q1' })],
    ['no-live-agreement', 'before any agreement', upload(people, { period: '2018-19-Q1' })],
    [
      'validation-failed',
      'no dataset',
      ask(`${services.ingest}/v1/uploads?${email}=${email}`, officer, {
        method: 'POST',
        body: people,
        headers: { 'content-type': 'text/csv' },
      }),
    ],
    // Bad senders
    [
      'not-authenticated',
      'an identifier as a token',
      get(`/v1/uploads/${unknownId}`, carer.nhsNumber.replaceAll(' ', '')),
    ],
    ['not-authenticated', 'no token', ask(`${services.ingest}/v1/uploads/${email}`, undefined)],
    ['not-allowed', 'a reader', get(`/v1/uploads/${unknownId}?email=${email}`, tokens.reader)],
    // Bad requests about an upload
    ['upload-unknown', 'no such upload', get(`/v1/uploads/${unknownId}?email=${email}`)],
    [
      'upload-refused',
      'submitted all the same',
      post(`/v1/uploads/${known.refused}/submit`, {}, tokens.dataTeam),
    ],
    ['upload-discarded', 'submitted all the same', post(`/v1/uploads/${known.discarded}/submit`, {})],
    [
      'upload-submitted',
      'discarded all the same',
      ask(`${services.ingest}/v1/uploads/${known.submitted}`, officer, { method: 'DELETE' }),
    ],
    ['error-report-deleted', 'asked for too late', get(`/v1/uploads/${known.submitted}/errors`)],
    [
      'attestation-wrong',
      'for another provider',
      post(`/v1/uploads/${known.validated}/submit`, { onBehalfOf: 'refuge' }, tokens.dataTeam),
    ],
    [
      'submission-unknown',
      'withdrawn',
      post(`/v1/submissions/${unknownId}/withdraw`, { reason: 'wrong-file' }),
    ],
    [
      'validation-failed',
      'names in a reason',
      post(`/v1/submissions/${unknownId}/withdraw`, { reason: carer.name, [carer.email]: carer.phone }),
    ],
    [
      'malformed-request',
      'JSON that is none',
      post(`/v1/uploads/${known.validated}/submit`, `{"mode": ${carer.name}`),
    ],
    ['malformed-request', 'an address that is none', get(`/v1/uploads/%ff${email}`)],
    [
      'too-large',
      'a document without end',
      post(`/v1/uploads/${known.validated}/submit`, JSON.stringify(carer.email.repeat(40_000))),
    ],
    ['not-found', 'an address of nothing', get(`/v1/people/${email}`)],
    // Bad requests about returns
    ['period-unknown', 'an email for a period of returns', get(`/v1/returns?period=${email}`)],
    ['page 400', 'an email for a period of the page of returns', get(`/returns?period=${email}`)],
    ['page 404', 'an email for a dataset', get(`/returns/nil?dataset=${email}&period=${email}`)],
    [
      'dataset-unknown',
      'a name with nothing to report',
      post('/v1/nil-returns', { dataset: child.name, period: carer.email, attest: 1 }),
    ],
    [
      'return-not-expected',
      'an academic year of a quarterly dataset',
      post('/v1/nil-returns', { dataset, period: '2022-23-AY', attest: 1 }),
    ],
    ['nil-return-unknown', 'no such nil return', post(`/v1/nil-returns/${unknownId}/undo`, {})],
    ['validation-failed', 'an email for a nil return', post(`/v1/nil-returns/${email}/undo`, {})],
    // Bad requests for figures
    [
      'period-unreadable',
      'a birth date',
      read(`/v1/figures/reach?period=${encodeURIComponent(child.birthDate)}`),
    ],
    [
      'page 400',
      'a page of an email',
      ask(`${services['reporting-api']}/reach?period=${email}`, tokens.operator),
    ],
    ['period-not-begun', 'a quarter to come', read('/v1/figures/reach?period=2091-92-Q1')],
    ['scope-unreadable', 'an email', read(`/v1/figures/reach-by-quarter?scope=${email}`)],
    [
      'scope-unknown',
      'a name',
      read(`/v1/figures/reach-by-quarter?scope=service:${child.name.toLowerCase()}`),
    ],
    [
      'position-not-rebuilt',
      'never rebuilt',
      ask(`${services['reporting-api']}/v1/figures/reach?period=lifetime&asAt=9997318463`, tokens.operator),
    ],
    ['not-allowed', 'a past position for a reader', read('/v1/figures/reach?period=lifetime&asAt=12')],
    [
      'not-allowed',
      'a figure of the team',
      read(`/v1/figures/dosage/1?period=lifetime&scope=service:${email}`),
    ],
    ['validation-failed', 'no position', read(`/v1/figures/reach?period=lifetime&asAt=${email}`)],
    ['submission-unknown', 'in reports', read(`/v1/submissions/${unknownId}`)],
    ['not-found', 'an address of nothing, in reports', read(`/v1/people/${email}`)],
    [
      'position-beyond-ledger',
      'a phone number for a position',
      ask(`${services.projector}/v1/rebuilds`, tokens.operator, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"asAt":9997318463}',
      }),
    ],
    // Bad requests about quarters
    [
      'quarter-unreadable',
      'an email to close',
      post('/v1/quarter-closings', { period: carer.email, reason: 'quarter-end' }, tokens.operator),
    ],
    [
      'quarter-unreadable',
      'an email to publish',
      post(
        '/v1/quarter-publications',
        { period: carer.email, digest: '0'.repeat(64), reason: 'quarter-end' },
        tokens.operator,
      ),
    ],
    [
      'quarter-unreadable',
      'a name to withdraw',
      post(
        '/v1/quarter-withdrawals',
        { period: child.name, edition: 1, reason: 'wrong-file' },
        tokens.operator,
      ),
    ],
    ['quarter-unreadable', 'a name to reproduce', projectorPost('/v1/reproductions', { period: child.name })],
    [
      'quarter-not-closed',
      'a quarter that stands open',
      projectorPost('/v1/reproductions', { period: '2023-24-Q1' }),
    ],
    [
      'positions-reversed',
      'a later position as the earlier one',
      projectorPost('/v1/restatements', { period: '2023-24-Q1', then: 1, now: 0 }),
    ],
    ['validation-failed', 'an email for a recount', project(`/v1/recounts/${email}`)],
    [
      'explanation-unknown',
      'no such explanation',
      ask(`${services.projector}/v1/explanations/${unknownId}`, tokens.auditor),
    ],
    [
      'same-record',
      'one record twice',
      ask(`${services.projector}/v1/explanations`, tokens.auditor, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ id: unknownId, and: unknownId, reason: 'a record and itself' }),
      }),
    ],
    ['recount-unknown', 'no such recount', project(`/v1/recounts/${unknownId}`)],
    // Bad requests about studies
    [
      'extract-not-permitted',
      'an extract that no agreement allows',
      ask(`${services.projector}/v1/studies/extracts`, tokens.dataTeam, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ specification: unpermittedSpecification }),
      }),
    ],
    [
      'study-unknown',
      'the end of a study that never was',
      ask(`${services.projector}/v1/studies/no-such-study/destruction`, tokens.dataTeam, { method: 'POST' }),
    ],
    // Bad requests about data meetings
    [
      'validation-failed',
      'an action that holds an email address',
      meetingPost('', { ...meetingAction, text: `Write to ${carer.email}`, owner: carer.phone }),
    ],
    [
      'page 400',
      'an action about a birth date, in a form',
      ask(`${services['reporting-api']}/reports/services/baby-steps/meeting/actions`, officer, {
        method: 'POST',
        body: new URLSearchParams({ id: email, period: child.birthDate, text: carer.name }),
      }),
    ],
    ['not-allowed', 'actions of another provider', meetingPost('', meetingAction, 'natural-thinkers')],
    [
      'action-unknown',
      'no such action',
      meetingPost(`/${unknownId}/changes`, { version: 1, owner: 'Data lead' }),
    ],
    // Bad requests about reviews
    [
      'referral-unknown',
      'no such referral',
      reviewPost('/v1/review-examinations', { referral: unknownId, reason: 'a look at nothing' }),
    ],
    [
      'examination-unknown',
      'no such look',
      ask(`${services.projector}/v1/review-examinations/${unknownId}`, tokens.dataTeam),
    ],
    [
      'review-order-unknown',
      'no such order',
      ask(`${services.projector}/v1/review-orders/no-such-order`, tokens.dataTeam),
    ],
    [
      'validation-failed',
      'an email for a record',
      reviewPost('/v1/review-undoings', { subject: carer.email, candidate: unknownId, reason: 'mistaken' }),
    ],
    ['page 404', 'an email for a service of families', get(`/families/${email}`)],
    ['page 404', 'an email for a file', get(`/files/submitted/${email}`)],
    [
      'identifiers-invalid',
      'a person whose identifiers cannot be read',
      post(
        '/v1/erasures/person',
        {
          person: { nhsNumber: carer.name, email: carer.phone, birthDate: child.name, mobile: carer.email },
          reason: 'data-subject-request',
        },
        tokens.operator,
      ),
    ],
    [
      'names-nobody',
      'a person named by contacts alone',
      post(
        '/v1/erasures/person',
        { person: { email: carer.email, mobile: carer.phone }, reason: 'data-subject-request' },
        tokens.operator,
      ),
    ],
    [
      'request-unknown',
      'no such request about a person',
      get(`/v1/erasures/person/${unknownId}`, tokens.operator),
    ],
    ['rebuild-unknown', 'no such rebuild', project(`/v1/rebuilds/${unknownId}`)],
    ['validation-failed', 'no id of a rebuild', project(`/v1/rebuilds/${email}`)],
  ];
  return all.map(([code, why, send]) => ({ code, why, send }));
}

/**
 * Problems that no single request can provoke, with the reason. A test compares the list with the services' sources.
 */
export const notProvoked: Readonly<Record<string, string>> = {
  'action-changed':
    'an action that somebody changed meanwhile; words of ours alone: apps/reporting-api/src/reporting-service.int.spec.ts',
  'action-full':
    'the thousandth change of an action; words of ours alone: apps/reporting-api/src/reporting-service.int.spec.ts',
  'extract-running':
    'an extract that is being made; words of ours alone: apps/projector/src/studies/studies.int.spec.ts',
  'study-destroyed':
    'a study that has ended; words of ours alone: apps/projector/src/studies/studies.int.spec.ts',
  busy: 'more uploads at once than places, for half a minute: apps/ingest/src/uploads/uploads.int.spec.ts',
  'command-refused':
    'a sentence of the contract’s, which holds no part of the request: apps/ingest/src/commands/commands.int.spec.ts',
  'command-unknown':
    'one sentence, which holds no part of the request: apps/ingest/src/commands/commands.int.spec.ts',
  'intake-full': 'more rows waiting than may: apps/ingest/src/uploads/streaming.int.spec.ts',
  'no-room': 'a disk that is full: apps/ingest/src/uploads/streaming.int.spec.ts',
  stopping: 'a service that stops while a file arrives: apps/ingest/src/uploads/streaming.int.spec.ts',
  'submission-withdrawn':
    'un-parked; no part of the request: apps/ingest/src/submissions/submissions.int.spec.ts',
  'submission-not-parked':
    'un-parked; no part of the request: apps/ingest/src/submissions/submissions.int.spec.ts',
  'rows-gone': 'un-parked; no part of the request: apps/ingest/src/submissions/submissions.int.spec.ts',
  'mapping-outdated':
    'needs a schema that changed; names ids and fields alone: apps/ingest/src/mapping/mappings.int.spec.ts',
  'too-many-mappings':
    'twenty mappings; told in a number alone: apps/ingest/src/mapping/mappings.int.spec.ts',
  'too-many-versions': 'a hundred versions; told in a number alone',
  'too-many-rows': 'five million rows: apps/ingest/src/uploads/uploads.int.spec.ts',
  'too-many-parts': 'a hundred files beside each other: apps/ingest/src/submissions/submissions.int.spec.ts',
  'would-retire-many':
    'a file that lacks much of what stands; told in numbers alone: apps/ingest/src/submissions/submissions.int.spec.ts',
  'body-too-slow': 'a sender who is given half a minute: apps/ingest/src/uploads/fair-intake.int.spec.ts',
  'expectation-failed': 'a header that no client of ours can send: test/http/hostile-requests.e2e.spec.ts',
  'body-truncated': 'its sender is gone and hears no answer; the canary sends it and reads the logs',
  'attestation-required':
    'a setting of the installation; words of ours alone: apps/ingest/src/submissions/attestation.unit.spec.ts',
  'attestation-outdated': 'told in words of ours alone: apps/ingest/src/submissions/submissions.int.spec.ts',
  'period-not-over':
    'a period that is running; names it alone: apps/ingest/src/submissions/submissions.int.spec.ts',
  'return-received':
    'one sentence, which holds no part of the request: apps/ingest/src/submissions/submissions.int.spec.ts',
  'return-unknown':
    'a page, whose one sentence holds no part of the request: apps/ingest/src/pages/files.page.int.spec.ts',
  'schema-changed': 'needs a definition that changes between two requests',
  'file-unknown':
    'a page, whose one sentence holds no part of the request: apps/ingest/src/pages/files.page.int.spec.ts',
  'figures-not-published': 'lasts for seconds after a closing; the answer holds no part of the request',
  'explanations-waiting':
    'more questions at once than may wait: apps/projector/src/explanations/explanations.int.spec.ts',
  'candidate-not-examined':
    'a look at a referral: apps/projector/src/reviews/reviews.int.spec.ts; the answer holds no part of the request',
  'examinations-waiting':
    'more looks at once than may wait: apps/projector/src/reviews/reviews.int.spec.ts; the answer holds no part of the request',
  'looks-used-up':
    'more looks than one person may ask for in an hour: apps/projector/src/reviews/reviews.int.spec.ts; the answer holds no part of the request',
  'recount-running': 'needs a recount that lasts; the answer holds no part of the request',
  'rebuild-running': 'needs a rebuild that lasts; the answer holds no part of the request',
  'foreign-event':
    'an event of a stranger in the ledger: test/e2e/stranger-in-the-ledger.e2e.spec.ts; names a revision and a type',
  'ledger-unreachable': 'a KurrentDB that is away: test/e2e/ledger-in-kurrentdb.e2e.spec.ts',
  'read-models-missing': 'lasts until the projector has started',
  'method-not-allowed': 'a status of the framework that its router answers as not-found',
  'request-timeout': 'a status of the framework; uploads have no time limit',
  conflict: 'a status of the framework that nothing of ours lets through',
  'address-too-long': 'a status of the framework',
  'headers-too-large': 'answered by Node itself with an empty body',
  'not-available': 'a status of the framework while a service stops',
};

/** Codes of all problems in the services' sources. */
export function codesInSources(): ReadonlySet<string> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const sources = ['apps', 'libs/service-kit/src', 'libs/intake-files/src'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !/(^|\/)(dist|node_modules)\//.test(path))
      .filter((path) => !/\.spec\.ts$|\/testing\//.test(path))
      .map((path) => readFileSync(join(root, folder, path), 'utf8')),
  );
  const text = sources.join('\n').replaceAll(/^\s*(\*|\/\/|\/\*).*$/gm, '');
  const union = /export type RefusalReason =([^;]+);/.exec(text)?.[1] ?? '';
  const codes = [
    ...text.matchAll(/new Problem\(\s*\d{3},\s*'([a-z0-9-]+)'/g),
    ...text.matchAll(/^\s*\d{3}: \['([a-z-]+)'/gm),
    ...union.matchAll(/'([a-z0-9-]+)'/g),
  ];
  return new Set(codes.map((match) => match[1] ?? ''));
}

/** Sends a request that fetch would not: with false headers, or without an end. Resolves when the connection ends. */
export function raw(
  url: string,
  token: string,
  rest: string,
  hangUp?: () => Promise<void>,
): BadRequest['send'] {
  const { port, pathname, search } = new URL(url);
  return () =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write(
          `POST ${pathname}${search} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n` +
            `content-type: text/csv\r\nconnection: close\r\n${rest}`,
        );
        hangUp?.().then(() => socket.destroySoon(), reject);
      });
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('error', reject);
      socket.on('close', () => {
        const [head = '', ...body] = text.split('\r\n\r\n');
        resolve({ status: Number(head.split(' ')[1]), head, text: body.join('\r\n\r\n') });
      });
    });
}

/** Complete, and of a study that no agreement names. */
const unpermittedSpecification = {
  ...{
    version: 1,
    study: 'nobody-agreed',
    title: 'A study',
    purpose: 'To be refused',
    expires: '2099-01-01',
  },
  recipient: { organisation: 'Nobody', people: 'none', setting: 'none', outputs: 'none' },
  approval: { reference: 'none', on: '2025-01-01' },
  cohort: { who: 'recorded', roles: ['child'] },
  ...{ datasets: ['natural-thinkers.user'], attributes: [], area: 'none', families: false },
};
