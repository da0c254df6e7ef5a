import { markupProblems } from '@kinledger/page-kit/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ask, fileOf, goodFile, submit, upload } from '../testing/requests.js';
import { startIngest, type RunningIngest } from '../testing/running-ingest.js';

let ingest: RunningIngest;
let submission: string;
let checked: string;
beforeAll(async () => {
  ingest = await startIngest(inject('postgresUrl'));
  const { body } = await upload(ingest, goodFile(3, 'P'));
  submission = (await submit(ingest, body.id)).body.id;
  checked = (await upload(ingest, fileOf({ 'Case number': 'W-1', Email: 'no address' }))).body.id;
});
afterAll(() => ingest.stop());

/** The Accept header of a browser. */
const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
const open = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${ingest.url}${path}`, { redirect: 'manual', headers: { accept, ...headers } });

/** Signs a browser in through the form. @returns its cookie. */
async function signedIn(account: string, to = '/files'): Promise<string> {
  const answer = await fetch(`${ingest.url}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ token: ingest.tokens[account] ?? '', to }),
  });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, to]);
  return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
}

describe('the pages of ingest', () => {
  it('ask a visitor to sign in, and do not mention one-time links', async () => {
    const answer = await open('/files');
    const text = await answer.text();
    expect(answer.status).toBe(401);
    expect(text).toContain('Token of your account');
    expect(text).toContain('name="to" value="/files"');
    expect(text).not.toContain('kinledger sign-in');
    expect((await open('/sign-in/some-code')).status).toBe(404);
  });

  it('list a provider’s files, and show one with its counts and error report', async () => {
    const cookie = await signedIn('officer');
    expect((await open('/', { cookie })).headers.get('location')).toBe('/files');
    const list = await (await open('/files', { cookie })).text();
    expect(list).toContain('PAIRS Together Time: people');
    expect(list).toContain('Q2 2023/24');
    expect(list).toContain(`href="/files/submitted/${submission}"`);
    const one = await (await open(`/files/submitted/${submission}`, { cookie })).text();
    expect(one).toContain('Place in the order of submission');
    expect(one).toContain('Rows at intake');
    for (const page of [list, one]) expect(await markupProblems(page)).toEqual([]);
  });

  it('show a file that is checked and not submitted, whose error report a link downloads', async () => {
    const cookie = await signedIn('officer');
    const list = await (await open('/files', { cookie })).text();
    expect(list).toContain('Checked, not submitted');
    expect(list).toContain(`href="/files/checked/${checked}"`);
    const one = await (await open(`/files/checked/${checked}`, { cookie })).text();
    expect(one).toContain('Deleted unless submitted before');
    for (const page of [list, one]) expect(await markupProblems(page)).toEqual([]);
    const [, report = ''] = /href="(\/v1\/uploads\/[0-9a-f]+\/errors)"/.exec(one) ?? [];
    const answer = await open(report, { cookie });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(await answer.text()).toContain('no address');
  });

  it('submit a file for the person who confirms the words, and tell its history', async () => {
    const cookie = await signedIn('officer');
    const file = (await upload(ingest, goodFile(2, 'FORM'))).body.id;
    const checkedPage = await (await open(`/files/checked/${file}`, { cookie })).text();
    expect(checkedPage).toContain('I confirm that this file');
    expect(await markupProblems(checkedPage)).toEqual([]);
    const send = (fields: Record<string, string>, headers: Record<string, string> = { cookie }) =>
      fetch(`${ingest.url}/files/checked/${file}/submit`, {
        method: 'POST',
        redirect: 'manual',
        headers: { accept, ...headers },
        body: new URLSearchParams(fields),
      });
    const unconfirmed = await send({ mode: 'replace' });
    const page = await unconfirmed.text();
    expect([unconfirmed.status, page.includes('There is a problem')]).toEqual([400, true]);
    expect(await markupProblems(page)).toEqual([]);
    expect((await send({ attest: '1' }, { cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(401);
    expect((await send({ attest: '1' }, { cookie: await signedIn('stranger') })).status).toBe(404);
    const sent = await send({ attest: '1', mode: 'add' });
    const to = sent.headers.get('location') ?? '';
    expect([sent.status, to]).toEqual([303, expect.stringMatching(/^\/files\/submitted\/[0-9a-f]{32}$/)]);
    const submitted = await (await open(to, { cookie })).text();
    for (const told of ['I confirm that this file', 'History of the submission', 'Uploaded', 'Submitted'])
      expect(submitted).toContain(told);
    expect(await markupProblems(submitted)).toEqual([]);
    expect((await open(`/files/checked/${file}`, { cookie })).status).toBe(200);
  });

  it('show what is expected, and take a nil return from the person who confirms its words', async () => {
    const cookie = await signedIn('officer');
    const list = await (await open('/returns', { cookie })).text();
    expect(list).toContain('PAIRS Together Time: people');
    expect(list).not.toContain('Baby Steps');
    const [, href = ''] = /href="(\/returns\/nil\?[^"]+)"/.exec(list) ?? [];
    const page = await (await open(href.replaceAll('&amp;', '&'), { cookie })).text();
    expect(page).toContain('I confirm that the provider has nothing to report');
    const about = Object.fromEntries(new URLSearchParams(href.replaceAll('&amp;', '&').split('?')[1]));
    const send = (fields: Record<string, string>) =>
      fetch(`${ingest.url}/returns/nil`, {
        method: 'POST',
        redirect: 'manual',
        headers: { accept, cookie },
        body: new URLSearchParams({ ...about, ...fields }),
      });
    const unconfirmed = await send({});
    const again = await unconfirmed.text();
    expect([unconfirmed.status, again.includes('There is a problem')]).toEqual([400, true]);
    const made = await send({ attest: '1' });
    const to = made.headers.get('location') ?? '';
    expect([made.status, to]).toEqual([303, `/returns?period=${about['period']}`]);
    const after = await (await open(to, { cookie })).text();
    expect(after).toContain('Nothing to report');
    for (const one of [list, page, again, after]) expect(await markupProblems(one)).toEqual([]);
    expect((await open('/returns?period=soon', { cookie })).status).toBe(400);
    expect((await open('/returns/nil?dataset=baby-steps.user&period=2023-24-Q2', { cookie })).status).toBe(
      404,
    );
  });

  it('show another provider’s files to nobody', async () => {
    const cookie = await signedIn('stranger');
    expect(await (await open('/files', { cookie })).text()).toContain('No file has been submitted yet');
    for (const path of [`/files/submitted/${submission}`, `/files/checked/${checked}`])
      expect([path, (await open(path, { cookie })).status]).toEqual([path, 404]);
    expect(await (await open('/files', { cookie: await signedIn('data-team') })).text()).toContain(
      submission,
    );
    expect((await open('/files', { cookie: await signedIn('reader') })).status).toBe(403);
  });

  it.each([
    ['/files/submitted/nothing', 404],
    ['/files/checked/nothing', 404],
    ['/files/nothing', 404],
    ['/files?before=soon', 400],
    ['/nothing', 404],
  ])('show the problem of %s to a browser as a page, and to a program as JSON', async (path, status) => {
    const cookie = await signedIn('officer');
    const page = await open(path, { cookie });
    expect([page.status, page.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
    const text = await page.text();
    expect(text).toContain('Go to files');
    expect(await markupProblems(text)).toEqual([]);
    const problem = await ask(ingest, 'officer', 'GET', path, { headers: { accept: 'application/json' } });
    expect(problem.headers.get('content-type')).toContain('application/problem+json');
  });

  it('serve their styles, run no script, and let a cookie only read', async () => {
    for (const path of ['/assets/kinledger.css', '/assets/govuk-frontend.css', '/assets/kinledger.svg'])
      expect([path, (await open(path)).status]).toEqual([path, 200]);
    const cookie = await signedIn('officer');
    const { headers } = await open('/files', { cookie });
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    const withdrawal = await fetch(`${ingest.url}/v1/submissions/${submission}/withdraw`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'of-another-site' }),
    });
    expect(withdrawal.status).toBe(401);
  });

  it('accept a form at no other address', async () => {
    const answer = await fetch(`${ingest.url}/v1/submissions/${submission}/withdraw`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ingest.tokens['officer']}` },
      body: new URLSearchParams({ reason: 'a-form' }),
    });
    expect(answer.status).toBe(415);
  });
});
