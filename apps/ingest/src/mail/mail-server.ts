import { readFileSync } from 'node:fs';

export interface MailServerSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: 'starttls' | 'implicit' | 'none';
  readonly caFile?: string | undefined;
  readonly user?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly from: string;
}

export interface OutgoingMail {
  /** The same each time that it is sent, so that a mail server can tell a repetition. */
  readonly id: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

/** Why a mail was not taken. It names no address: replies of mail servers do, and are left out. */
export interface MailFailure {
  readonly code: string;
  readonly status: number | undefined;
  /** True where the server will never take it for these recipients. */
  readonly isFinal: boolean;
}

/** Each wait for the server. */
const PATIENCE_MS = 10_000;
/** For one mail in all. Shorter than the pause before the first repetition, so that nobody else tries it meanwhile. */
const MAIL_MS = 60_000;

/** Sends mails one by one, each over a connection of its own. Files of secrets are read for each mail. */
export class MailServer {
  readonly #settings: MailServerSettings;
  readonly #patienceMs: number;

  constructor(settings: MailServerSettings, patienceMs = PATIENCE_MS) {
    this.#settings = settings;
    this.#patienceMs = patienceMs;
  }

  /** Resolves once the server has taken the mail for at least one recipient. @returns why it has not. */
  async send(mail: OutgoingMail, stop: AbortSignal): Promise<MailFailure | undefined> {
    const { host, port, tls, caFile, user, passwordFile, from } = this.#settings;
    try {
      // Loaded for the first mail: most installations send none.
      const { createTransport } = await import('nodemailer');
      const transport = createTransport({
        ...{
          host,
          port,
          secure: tls === 'implicit',
          requireTLS: tls === 'starttls',
          ignoreTLS: tls === 'none',
        },
        ...{ connectionTimeout: this.#patienceMs, greetingTimeout: this.#patienceMs },
        ...{ dnsTimeout: this.#patienceMs, socketTimeout: this.#patienceMs },
        ...{ disableFileAccess: true, disableUrlAccess: true, logger: false },
        tls: {
          minVersion: 'TLSv1.2',
          ...(caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }),
        },
        ...(user === undefined || passwordFile === undefined
          ? {}
          : { auth: { user, pass: readFileSync(passwordFile, 'utf8').trim() } }),
      });
      await transport.sendMail({
        ...{ from, to: [...mail.to], subject: mail.subject, text: mail.text },
        messageId: `<${mail.id}@${from.slice(from.indexOf('@') + 1)}>`,
        headers: { 'auto-submitted': 'auto-generated' },
        signal: AbortSignal.any([stop, AbortSignal.timeout(MAIL_MS)]),
      });
      return undefined;
    } catch (error) {
      return failureOf(error);
    }
  }
}

function failureOf(error: unknown): MailFailure {
  const told = (name: string): unknown =>
    error instanceof Error && name in error ? (error as unknown as Record<string, unknown>)[name] : undefined;
  const code = told('code');
  const status = told('responseCode');
  return {
    code: typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown',
    status: typeof status === 'number' ? status : undefined,
    isFinal: told('command') === 'RCPT TO' && typeof status === 'number' && status >= 500,
  };
}
