import { STATUS_CODES } from 'node:http';

/** One wrong part of a request: its place and the rule that it breaks, never its value. */
export interface ProblemDetail {
  /** Dotted path, e.g. `body.period`. */
  readonly path: string;
  readonly message: string;
}

/** RFC 9457, as `application/problem+json`. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  /** Id of the request, as in the response's `x-request-id` and in the log. */
  readonly instance: string;
  readonly errors?: readonly ProblemDetail[];
}

export interface ProblemOptions {
  /** Written for the caller; holds no value of a request or a row. */
  readonly detail?: string;
  readonly errors?: readonly ProblemDetail[];
  readonly headers?: Readonly<Record<string, string>>;
  /** The service is well, declines this for the moment, and says when to come again. Does not count as a failure. */
  readonly declined?: boolean;
  readonly cause?: unknown;
}

/**
 * Thrown by a handler to answer with a problem: `new Problem(409, 'upload-not-validated', { detail: '…' })`.
 * The code is a lower-case word with hyphens, stable for machines; it becomes the type `urn:kinledger:problem:<code>`.
 */
export class Problem extends Error {
  readonly detail: string | undefined;
  readonly errors: readonly ProblemDetail[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly declined: boolean;

  constructor(
    readonly status: number,
    readonly code: string,
    options: ProblemOptions = {},
  ) {
    super(options.detail ?? code, { cause: options.cause });
    this.detail = options.detail;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
    this.declined = options.declined ?? false;
  }

  document(requestId: string): ProblemDocument {
    return {
      type: `urn:kinledger:problem:${this.code}`,
      title: STATUS_CODES[this.status] ?? 'Error',
      status: this.status,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      instance: `urn:uuid:${requestId}`,
      ...(this.errors === undefined ? {} : { errors: this.errors }),
    };
  }
}
