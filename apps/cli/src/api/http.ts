import { z } from 'zod';
import { Failure } from '../failure.js';

/** The address of a service and the token to call it with. */
export interface Endpoint {
  readonly url: string;
  readonly token?: string | undefined;
}

const problem = z.object({
  type: z.string(),
  detail: z.string().optional(),
  title: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

/** A service's refusal, with the text of its problem. */
export class Refused extends Failure {
  constructor(
    readonly status: number,
    /** The problem's code, e.g. `position-not-rebuilt`. */
    readonly problemCode: string,
    message: string,
  ) {
    super(message);
  }
}

export interface Request {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly json?: unknown;
  readonly body?: Blob;
}

/** Calls a service. @throws Refused for a problem; Failure if there is no answer. */
export async function call(endpoint: Endpoint, path: string, request: Request = {}): Promise<Response> {
  const headers: Record<string, string> = {};
  if (endpoint.token !== undefined) headers['authorization'] = `Bearer ${endpoint.token}`;
  if (request.json !== undefined) headers['content-type'] = 'application/json';
  if (request.body !== undefined) headers['content-type'] = 'text/csv';
  const body = request.body ?? (request.json === undefined ? undefined : JSON.stringify(request.json));
  let response: Response;
  try {
    response = await fetch(new URL(path, endpoint.url), {
      method: request.method ?? 'GET',
      headers,
      ...(body === undefined ? {} : { body }),
    });
  } catch (error) {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    if (error instanceof Error && error.name === 'NotReadableError')
      throw new Failure(
        'the file was changed or could not be read to its end while it was sent: send it again',
      );
    throw new Failure(`nothing answers at ${endpoint.url} (${cause})`);
  }
  if (!response.ok) throw await refusal(response, path);
  return response;
}

/** Calls a service and parses its JSON answer by a schema, which requires only the members used here. */
export async function callJson<T>(
  endpoint: Endpoint,
  path: string,
  schema: z.ZodType<T>,
  request: Request = {},
): Promise<T> {
  const response = await call(endpoint, path, request);
  const result = schema.safeParse(await response.json());
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new Failure(
      `${endpoint.url} answers in another shape than this version knows (${issue?.path.join('.') ?? ''})`,
    );
  }
  return result.data;
}

async function refusal(response: Response, path: string): Promise<Refused> {
  const text = await response.text();
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    content = undefined;
  }
  const result = problem.safeParse(content);
  if (!result.success) return new Refused(response.status, 'unknown', `${path} answered ${response.status}`);
  const { type, detail, title, errors = [] } = result.data;
  const ended =
    response.status === 401
      ? '"kinledger accounts list" shows this machine’s accounts; --token gives another.'
      : '';
  const places = errors.map((error) => `${error.path}: ${error.message}`).join('\n  ');
  return new Refused(
    response.status,
    type.replace('urn:kinledger:problem:', ''),
    [[detail ?? title, ended].filter((part) => part !== '').join(' '), places]
      .filter((part) => part !== '')
      .join(errors.length > 1 ? '\n  ' : ' '),
  );
}
