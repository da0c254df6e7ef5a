import { statSync } from 'node:fs';
import { variable, wholeNumber, type Environment } from '@kinledger/service-kit';
import { z } from 'zod';

const file = z.string().refine((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
const isSet = (env: Environment, name: string): boolean => (env[name] ?? '') !== '';
const sendsMails = (env: Environment): boolean => isSet(env, 'KINLEDGER_SMTP_HOST');

/** The mail server. Without a host no mail is sent. */
export const mailConfig = {
  host: variable(
    'KINLEDGER_SMTP_HOST',
    z.hostname().optional(),
    'set it to the name of the mail server through which results are sent',
    (host, env) =>
      host !== undefined && !isSet(env, 'KINLEDGER_PUBLIC_URL')
        ? 'is set, and mails link to the pages at KINLEDGER_PUBLIC_URL: set that too'
        : undefined,
  ),
  port: variable('KINLEDGER_SMTP_PORT', wholeNumber(587, 1, 65_535), 'set it to the port of the mail server'),
  tls: variable(
    'KINLEDGER_SMTP_TLS',
    z.enum(['starttls', 'implicit', 'none']).default('starttls'),
    'set it to starttls or implicit; to none only for a relay on the same machine',
    (tls, env) =>
      tls === 'none' && isSet(env, 'KINLEDGER_SMTP_USER')
        ? 'is none, and a password must not be sent in clear: set it to starttls or implicit'
        : undefined,
  ),
  caFile: variable(
    'KINLEDGER_SMTP_CA_FILE',
    file.optional(),
    'set it to a file with certificates (PEM) of the authority of the mail server, if it is not a public one',
  ),
  user: variable(
    'KINLEDGER_SMTP_USER',
    z.string().min(1).max(200).optional(),
    'set it to the user with which to sign in to the mail server',
  ),
  passwordFile: variable(
    'KINLEDGER_SMTP_PASSWORD_FILE',
    file.optional(),
    'set it to the file with the password of KINLEDGER_SMTP_USER',
    (path, env) =>
      path === undefined && isSet(env, 'KINLEDGER_SMTP_USER')
        ? 'is not set, and KINLEDGER_SMTP_USER needs it: set it to the file with its password'
        : undefined,
  ),
  from: variable(
    'KINLEDGER_MAIL_FROM',
    z.email().max(254).optional(),
    'set it to the address from which mails are sent',
    (address, env) =>
      address === undefined && sendsMails(env)
        ? 'is not set, and KINLEDGER_SMTP_HOST needs it: set it to the address from which mails are sent'
        : undefined,
  ),
  reminds: variable(
    'KINLEDGER_MAIL_REMINDERS',
    z
      .enum(['off', 'on'])
      .default('off')
      .transform((text) => text === 'on'),
    'set it to on to remind providers of returns that are due soon or late',
  ),
};
