import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningPlatform } from '../e2e/running-platform.js';
import { exchange, hangUpAfter, type RawAnswer } from './raw-exchange.js';
import { routesOf, type Route } from './route-table.js';

const services = ['ingest', 'pseudonymiser', 'linker', 'projector', 'reporting-api'] as const;
type ServiceName = (typeof services)[number];
/** Whether a route serves pages, and so answers problems as pages. */
const isPage = (target: string) => !/^\/(v1|health|metrics|openapi\.json|docs)\b/.test(target);

const platform = new RunningPlatform({ KINLEDGER_LOG_LEVEL: 'debug' });
const routes = new Map<ServiceName, readonly Route[]>();
beforeAll(async () => {
  await platform.start('hostile');
  for (const service of services) routes.set(service, routesOf(platform.installation.home, service));
});
afterAll(() => platform.stop());

const CASES_PER_SERVICE = 300;

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY'];
const hostileWords = [
  '',
  '0',
  '-1',
  '1.5',
  'NaN',
  '1e999',
  '2147483648',
  '9007199254740993',
  '99999999999999999999',
  'true',
  'null',
  '0'.repeat(32),
  'f'.repeat(32),
  'F'.repeat(32),
  '0'.repeat(64),
  'x'.repeat(5000),
  '%00',
  '%0d%0aset-cookie:x',
  '%ff',
  '%',
  '%E2%80%AE',
  '..',
  '..%2f..%2fetc%2fpasswd',
  '__proto__',
  'constructor',
  "'%20OR%201=1--",
  'programme',
  'strand:x',
  'service:',
  'lifetime',
  '2023-24-Q2',
  '9999-00-AY',
  'Q9%202023',
  'natural-thinkers.user',
  'natural-thinkers.engagement',
  'published_count',
];
const word = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...hostileWords) },
  {
    weight: 1,
    arbitrary: fc.string({ maxLength: 40 }).map((text) => encodeURIComponent(text.toWellFormed())),
  },
);
const names = [
  'dataset',
  'period',
  'before',
  'limit',
  'offset',
  'asAt',
  'scope',
  'page',
  '$filter',
  '$orderby',
  '$skiptoken',
  'id',
  'x',
  '__proto__',
  '',
];
/** Limits of numbers: of a column, of a double, of a page size. */
const borders = [
  '0',
  '-1',
  '2147483647',
  '2147483648',
  '9007199254740991',
  '9007199254740993',
  '9223372036854775808',
  '1e999',
];
const query = fc
  .array(fc.tuple(fc.constantFrom(...names), word), { maxLength: 4 })
  .map((pairs) =>
    pairs.length === 0 ? '' : `?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`,
  );

const nested = (depth: number, open: string, inner: string, close: string) =>
  open.repeat(depth) + inner + close.repeat(depth);
const body = fc.oneof(
  fc.constant(''),
  fc.json({ maxDepth: 4 }),
  fc.constantFrom(
    '{}',
    '[]',
    'null',
    '0',
    '""',
    '{',
    '{"reason":"a"}',
    '{"reason":"\\u0000"}',
    '{"reason":1e400}',
    '{"asAt":9007199254740991}',
    '{"asAt":2147483648}',
    '{"asAt":-1}',
    '{"__proto__":{"reason":"a"}}',
    '{"constructor":{"prototype":{}}}',
    '{"mode":"add","onBehalfOf":"nobody"}',
    'a,b\r\n1,2\r\n',
    'a=b&c=d',
    '\u0000\u0001\u0002',
    nested(20_000, '[', '', ']'),
    nested(50_000, '{"reason":', '1', '}'),
    nested(100_000, '[', '', ''),
    `{"reason":"${'x'.repeat(200_000)}"}`,
    `{"reason":${nested(30_000, '[', '1', ']')}}`,
  ),
);
const types = [
  undefined,
  'application/json',
  'application/json; charset=utf-16',
  'application/vnd.api+json',
  'text/csv',
  'text/plain',
  'application/octet-stream',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'multipart/form-data; boundary=x',
  'application/xml',
  '/',
  'json',
  ';',
  'a/b'.repeat(300),
];
const extraHeaders = [
  'accept: nothing/at-all',
  'content-encoding: gzip',
  'content-encoding: x',
  'range: bytes=5-1',
  'if-none-match: *',
  'if-modified-since: never',
  'accept-encoding: *;q=0',
  'x-forwarded-host: elsewhere.example',
  'x-request-id: \u00ff',
  'traceparent: 00-zz',
  'cookie: a=b; =; ;;',
  'accept-version: 99',
  'x-http-method-override: DELETE',
  'expect: 100-continue',
  'expect: the-impossible',
  'upgrade: websocket\r\nconnection: upgrade',
];
const tokenKinds = ['operator', 'dataTeam', 'auditor', 'reader', 'provider', 'wrong', 'none'] as const;

interface Hostile {
  readonly method: string;
  readonly target: string;
  readonly type: string | undefined;
  readonly headers: readonly string[];
  readonly body: string;
  readonly as: (typeof tokenKinds)[number];
  readonly chunked: boolean;
}

const hostile = (known: readonly Route[]): fc.Arbitrary<Hostile> =>
  fc
    .tuple(
      fc.constantFrom(...known),
      fc.array(word, { minLength: 3, maxLength: 3 }),
      fc.constantFrom(...methods),
      fc.record({
        query,
        type: fc.oneof(
          { weight: 1, arbitrary: fc.constant('application/json') },
          { weight: 1, arbitrary: fc.constantFrom(...types) },
        ),
        headers: fc.oneof(
          { weight: 3, arbitrary: fc.constant([]) },
          { weight: 1, arbitrary: fc.uniqueArray(fc.constantFrom(...extraHeaders), { maxLength: 2 }) },
        ),
        body,
        as: fc.oneof(
          { weight: 6, arbitrary: fc.constantFrom('operator', 'dataTeam', 'auditor') },
          { weight: 1, arbitrary: fc.constantFrom(...tokenKinds) },
        ),
        chunked: fc.boolean(),
        otherMethod: fc.integer({ min: 0, max: 9 }),
        tail: fc.oneof(
          { weight: 9, arbitrary: fc.constant('') },
          { weight: 1, arbitrary: fc.constantFrom('/', '//', '/x', ';a=b', '#y') },
        ),
      }),
    )
    .map(([route, words, method, rest]) => {
      let filled = 0;
      const path = route.path.replace(/:[a-z]+/g, () => words[filled++] ?? '');
      return {
        ...rest,
        method: rest.otherMethod === 0 ? method : route.method,
        target: `${path}${rest.tail}${rest.query}`,
      };
    });

const tokenOf = (as: Hostile['as']): string | undefined => {
  const { tokens } = platform.connected;
  switch (as) {
    case 'operator':
      return tokens.operator;
    case 'dataTeam':
      return tokens.dataTeam;
    case 'auditor':
      return tokens.auditor;
    case 'reader':
      return tokens.reader;
    case 'provider':
      return Object.values(tokens.providers)[0];
    case 'wrong':
      return 'no-such-token';
    case 'none':
      return undefined;
  }
};

function bytesOf(request: Hostile): Buffer {
  const token = tokenOf(request.as);
  const content = Buffer.from(request.body);
  const head = [
    `${request.method} ${request.target} HTTP/1.1`,
    'host: 127.0.0.1',
    'connection: close',
    ...(token === undefined ? [] : [`authorization: Bearer ${token}`]),
    ...(request.type === undefined ? [] : [`content-type: ${request.type}`]),
    ...request.headers,
  ];
  if (content.length === 0) return Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1');
  const framing = request.chunked ? 'transfer-encoding: chunked' : `content-length: ${content.length}`;
  const start = Buffer.from(`${[...head, framing].join('\r\n')}\r\n\r\n`, 'latin1');
  if (!request.chunked) return Buffer.concat([start, content]);
  const size = Buffer.from(`${content.length.toString(16)}\r\n`);
  return Buffer.concat([start, size, content, Buffer.from('\r\n0\r\n\r\n')]);
}

/** Expects no server error. A service that is full or not ready may say so. */
function expectHonest(answer: RawAnswer | undefined, method: string, target: string): void {
  if (answer === undefined) throw new Error('the connection was closed without an answer');
  const { status, headers, body: text } = answer;
  expect(status).toBeGreaterThanOrEqual(200);
  if (status >= 500) expect([503, 507]).toContain(status);
  if (status < 400) return;
  const type = headers.get('content-type') ?? '';
  if (isPage(target) && type.startsWith('text/html')) return;
  if (target.startsWith('/health/ready') && status === 503) return;
  if (target.startsWith('/v1/odata') && type.startsWith('application/json')) {
    if (method !== 'HEAD') expect(Object.keys(JSON.parse(text) as object)).toEqual(['error']);
    return;
  }
  expect(type).toContain('application/problem+json');
  if (method === 'HEAD') return;
  expect(text).toContain(`"status":${status}`);
  expect(text).toMatch(/urn:uuid:[0-9a-f-]{36}/);
}

describe.each(services)('%s', (service) => {
  it('answers any request with success or a client error, never with a server error', async () => {
    const url = platform.connected.services[service];
    const known = routes.get(service) ?? [];
    expect(known.map(({ path }) => path)).toContain('/health/live');
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(hostile(known), async (request) => {
        const answer = await exchange(url, bytesOf(request));
        expectHonest(answer, request.method, request.target);
        const status = answer?.status ?? 0;
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }),
      { numRuns: CASES_PER_SERVICE, endOnFailure: true },
    );
    // If every request were refused, the handlers would not be tested.
    expect(statuses.get(200)).toBeGreaterThan(CASES_PER_SERVICE / 50);
    const log = readFileSync(join(platform.installation.home, 'logs', `${service}.log`), 'utf8');
    expect(log.split('\n').filter((line) => line.includes('"internal-error"'))).toEqual([]);
  });

  it('answers numbers beyond every limit, for each parameter of each route', async () => {
    const url = platform.connected.services[service];
    const own = (routes.get(service) ?? []).filter(({ method }) => method === 'GET');
    for (const { path } of own) {
      const filled = path.replace(/:[a-z]+/g, '0'.repeat(32));
      for (const name of ['before', 'limit', 'offset', 'asAt', 'page']) {
        const rest = name === 'asAt' ? '&period=lifetime' : '';
        for (const number of borders) {
          for (const as of ['operator', 'dataTeam', 'auditor'] as const) {
            const target = `${filled}?${name}=${number}${rest}`;
            const request = {
              method: 'GET',
              target,
              type: undefined,
              headers: [],
              body: '',
              as,
              chunked: false,
            };
            try {
              expectHonest(await exchange(url, bytesOf(request)), 'GET', target);
            } catch (error) {
              throw new Error(target, { cause: error });
            }
          }
        }
      }
    }
  });

  it.each<[what: string, status: number, bytes: string]>([
    ['a method that no standard has', 400, 'GRAB / HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['a request without a host', 400, 'GET /health/live HTTP/1.1\r\nconnection: close\r\n\r\n'],
    ['what is no HTTP', 400, 'hello\r\n\r\n'],
    ['a TLS greeting', 400, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['HTTP/2', 400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['two lengths', 400, 'POST /v1/x HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n'],
    [
      'a length beside chunks',
      400,
      'POST /v1/x HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
    ],
    [
      'a chunk that is none',
      400,
      'POST /v1/x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    ],
    ['headers without end', 431, `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`],
    ['a tunnel', 405, 'CONNECT elsewhere.example:443 HTTP/1.1\r\nhost: x\r\n\r\n'],
    [
      'an expectation that nobody meets',
      417,
      'GET /health/live HTTP/1.1\r\nhost: x\r\nexpect: gold\r\nconnection: close\r\n\r\n',
    ],
    ['a trace', 405, 'TRACE /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'],
    [
      'a method that the address does not know',
      405,
      'PROPFIND /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    ],
  ])('answers %s with a problem', async (_what, status, bytes) => {
    const answer = await exchange(platform.connected.services[service], Buffer.from(bytes, 'latin1'));
    expectHonest(answer, 'GET', '/v1');
    expect(answer?.status).toBe(status);
    if (status === 405) expect(answer?.headers.get('allow')).toBeDefined();
  });
});

describe('a caller who hangs up', () => {
  const logOf = (service: ServiceName) =>
    readFileSync(join(platform.installation.home, 'logs', `${service}.log`), 'utf8').split('\n');
  const halfAFile = 'content-type: text/csv\r\ncontent-length: 100000\r\n\r\nCase number,DOB\r\n1,';
  const halfAnOrder = 'content-type: application/json\r\ncontent-length: 1000\r\n\r\n{"mode":';

  it.each([
    [
      'in the middle of a file',
      'ingest',
      `POST /v1/uploads?dataset=baby-steps.user&period=2023-24-Q1 HTTP/1.1`,
      halfAFile,
    ],
    [
      'in the middle of an order',
      'ingest',
      `POST /v1/uploads/${'0'.repeat(32)}/submit HTTP/1.1`,
      halfAnOrder,
    ],
    ['before the answer', 'reporting-api', 'GET /v1/figures/reach-by-quarter HTTP/1.1', '\r\n'],
  ] as const)(
    '%s is not logged as an outage and does not block other callers',
    async (_, service, line, rest) => {
      const { services: urls, tokens } = platform.connected;
      const token = service === 'ingest' ? tokens.dataTeam : tokens.reader;
      const before = logOf(service).length;
      await hangUpAfter(urls[service], `${line}\r\nhost: x\r\nauthorization: Bearer ${token}\r\n${rest}`);
      const alive = await fetch(`${urls[service]}/health/ready`);
      expect(alive.status).toBe(200);
      const said = logOf(service).slice(before - 1);
      // The service may have sent the figures before it notices that the caller is gone.
      const noticed =
        service === 'ingest'
          ? /"the caller closed the connection"/
          : /"the caller closed the connection"|"msg":"request"/;
      expect(said.some((entry) => noticed.test(entry))).toBe(true);
      expect(said.filter((entry) => /"level":"(error|fatal)"/.test(entry))).toEqual([]);
    },
  );
});
