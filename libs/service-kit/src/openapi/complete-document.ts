/** The parts of an OpenAPI 3.0 document, as the framework creates it, that are read or written here. */
export interface ApiDocument {
  servers?: { url: string }[];
  tags?: { name: string; description?: string }[];
  info: { contact?: object; license?: object };
  paths: Record<string, object>;
  components?: { schemas?: object };
}

interface Operation {
  summary?: string;
  description?: string;
  tags?: readonly string[];
  parameters?: readonly { readonly in?: string }[];
  requestBody?: unknown;
  security?: unknown[];
  responses: Record<string, Answer>;
}
interface Answer {
  description: string;
  content?: Record<string, { schema?: object }>;
}

const PROBLEM_TYPE = 'application/problem+json';
const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Tags of the routes that every service has. */
const commonTags: Readonly<Record<string, string>> = {
  Health: 'Whether the service is healthy.',
  Metrics: 'Metrics for operators.',
};

const problemSchema = {
  type: 'object',
  description: 'An error, as defined by RFC 9457.',
  properties: {
    type: { type: 'string', description: 'urn:kinledger:problem:<code>; the code is stable.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What is wrong and what to do about it.' },
    instance: { type: 'string', description: 'The id of the request, as in the header x-request-id.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { path: { type: 'string' }, message: { type: 'string' } },
        required: ['path', 'message'],
      },
    },
  },
  required: ['type', 'title', 'status', 'instance'],
};

const problem = (description: string): Answer => ({
  description,
  content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
});

/**
 * Completes a document with what all of Kinledger's services have in common and their controllers do not declare.
 * @param tagTexts a sentence for each tag of the service's own controllers.
 * @throws Error that names a tag without a sentence.
 */
export function completeDocument<D extends ApiDocument>(
  document: D,
  tagTexts: Readonly<Record<string, string>>,
): D {
  const texts = { ...commonTags, ...tagTexts };
  document.servers = [{ url: '/' }];
  document.info.contact = { name: 'The programme’s data team' };
  document.info.license = { name: 'MIT', url: 'https://opensource.org/license/mit' };
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: problemSchema },
  };
  const tags = new Set<string>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of methods) {
      const operation = (item as Record<string, Operation | undefined>)[method];
      if (operation === undefined) continue;
      complete(path, operation);
      for (const tag of operation.tags ?? []) tags.add(tag);
    }
  }
  document.tags = [...tags].map((name) => {
    const description = texts[name];
    if (description === undefined)
      throw new Error(`the API description lacks a sentence for the tag ${name}`);
    return { name, description };
  });
  return document;
}

function complete(path: string, operation: Operation): void {
  const common = commonOf(path);
  operation.summary ??= common?.summary ?? '';
  operation.description ??= `${operation.summary}.`;
  operation.security ??= [];
  if (common !== undefined) operation.responses = common.responses;
  const add = (status: string, description: string) => {
    operation.responses[status] ??= problem(description);
  };
  add('400', 'The request is malformed, or parts of it are invalid; each is listed.');
  if (operation.security.length > 0) {
    add('401', 'The bearer token is missing or unknown.');
    add('403', 'The account lacks the permission.');
  }
  if (operation.requestBody !== undefined) {
    add('408', 'The request took too long to arrive.');
    add('413', 'The body is larger than this address accepts.');
    add('415', 'The body has a content type that this address does not accept.');
  }
  add('default', 'Any other error, such as 503 while the database is unavailable.');
}

const health = {
  type: 'object',
  properties: {
    status: { type: 'string', enum: ['up', 'down'] },
    checks: { type: 'object', additionalProperties: { type: 'string' } },
  },
  required: ['status', 'checks'],
};

/** The routes that every service has. */
function commonOf(path: string): { summary: string; responses: Record<string, Answer> } | undefined {
  switch (path) {
    case '/health/live':
      return healthRoute('Whether the process is alive');
    case '/health/ready':
      return healthRoute('Whether the service and its dependencies are ready');
    case '/metrics':
      return {
        summary: 'Metrics for Prometheus',
        responses: {
          '200': { description: 'The metrics.', content: { 'text/plain': { schema: { type: 'string' } } } },
        },
      };
    default:
      return undefined;
  }
}

const healthRoute = (summary: string) => ({
  summary,
  responses: {
    '200': { description: 'It does.', content: { 'application/json': { schema: health } } },
    '503': { description: 'It does not.', content: { 'application/json': { schema: health } } },
  },
});
