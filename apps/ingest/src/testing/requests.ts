import type { RunningIngest } from './running-ingest.js';

/** The sender, by its name in the tests’ access file. */
export type Caller = 'officer' | 'stranger' | 'data-team' | 'reader' | 'operator' | 'nobody';

export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

/** The properties of a response that the tests examine; the OpenAPI document has the whole schema. */
export interface UploadBody {
  readonly id: string;
  readonly state: string;
  readonly reason?: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: Readonly<Record<string, number>>;
  readonly mapping: readonly { readonly field: string; readonly column: number | null }[];
  readonly unknownColumns: number;
  readonly unknownTitles?: readonly string[];
  readonly notes: readonly { readonly code: string }[];
  readonly ifSubmitted?: Readonly<Partial<Record<'replace' | 'add', Readonly<Record<string, unknown>>>>>;
}

export interface SubmissionBody {
  readonly id: string;
  readonly upload: string;
  readonly sequence: number;
  readonly intake: number;
  readonly state: string;
  readonly repeated: boolean;
  readonly supersedes: readonly string[];
  readonly attestedBy: string;
  readonly onBehalfOf?: string;
}

export const DATASET = 'pairs-together-time.user';
export const PERIOD = '2023-24-Q2';

/** Sends one request as an account; the body is sent unchanged. */
export async function ask<Body = Record<string, unknown>>(
  ingest: RunningIngest,
  caller: Caller,
  method: string,
  path: string,
  options: {
    readonly body?: NonNullable<RequestInit['body']>;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Answer<Body>> {
  const token = ingest.tokens[caller];
  const response = await fetch(`${ingest.url}${path}`, {
    method,
    ...(options.body === undefined ? {} : { body: options.body }),
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...options.headers,
    },
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: (isJson ? JSON.parse(text) : {}) as Body,
  };
}

export const upload = (
  ingest: RunningIngest,
  body: string | Uint8Array<ArrayBuffer>,
  options: {
    readonly caller?: Caller;
    readonly dataset?: string;
    readonly period?: string;
    /** More parameters, such as `monthFirst=session_date`. */
    readonly query?: string;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Answer<UploadBody>> =>
  ask<UploadBody>(
    ingest,
    options.caller ?? 'officer',
    'POST',
    `/v1/uploads?dataset=${options.dataset ?? DATASET}&period=${encodeURIComponent(options.period ?? PERIOD)}&${options.query ?? ''}`,
    { body, headers: { 'content-type': 'text/csv', ...options.headers } },
  );

export const submit = (
  ingest: RunningIngest,
  id: string,
  options: { readonly caller?: Caller; readonly body?: object } = {},
): Promise<Answer<SubmissionBody>> =>
  ask<SubmissionBody>(ingest, options.caller ?? 'officer', 'POST', `/v1/uploads/${id}/submit`, {
    ...(options.body === undefined
      ? {}
      : { body: JSON.stringify(options.body), headers: { 'content-type': 'application/json' } }),
  });

export const header = [
  'Case number',
  'Participant type',
  'First name',
  'Email',
  'Parent email',
  'Mobile',
  'DOB',
  'Sex',
  'Postcode',
  'Date registered',
  'Ethnic group',
  'Home language',
  'Disability',
  'Country of birth',
  'Consent',
  'Consent form version',
  'Consent date',
] as const;
type Title = (typeof header)[number];

const child: Readonly<Record<Title, string>> = {
  'Case number': 'PT-1',
  'Participant type': 'Child',
  'First name': 'Zoë',
  Email: '',
  'Parent email': 'amara.okafor7@example.org',
  Mobile: '07700 900123',
  DOB: '29/02/2020',
  Sex: 'Female',
  Postcode: 'SW9 1AA',
  'Date registered': '04/07/2020',
  'Ethnic group': 'White British',
  'Home language': 'English',
  Disability: 'No',
  'Country of birth': 'UK',
  Consent: 'Yes',
  'Consent form version': '2023-2',
  'Consent date': '01/07/2020',
};

const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** A file of children’s rows, each valid except for its changes. Case numbers are PT-1, PT-2, … */
export function fileOf(...changes: readonly Partial<Record<Title, string>>[]): string {
  const rows = changes.map((change, index) => {
    const row = { ...child, 'Case number': `PT-${index + 1}`, ...change };
    return header.map((title) => quoted(row[title])).join(',');
  });
  return `${[header.join(','), ...rows].join('\r\n')}\r\n`;
}

/** A file with this many valid rows, the same at each call. */
export const goodFile = (rows: number, prefix = 'PT'): string =>
  fileOf(...Array.from({ length: rows }, (_, index) => ({ 'Case number': `${prefix}-${index}` })));
