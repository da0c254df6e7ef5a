import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { openHome } from './home.js';
import { services } from './services.js';

const folder = mkdtempSync(join(tmpdir(), 'kinledger-services-'));
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true }));

/** The variables of mails that a service is started with. */
const mailVariables = (service: string) => {
  const environment = services
    .find(({ name }) => name === service)
    ?.environment({
      ...{ home: openHome(folder), programmeDirectory: folder, bus: () => ({}) },
      urls: { url: () => '' },
    });
  return Object.entries(environment ?? {}).filter(([name]) => /SMTP|MAIL|PUBLIC_URL/.test(name));
};

describe('the mail server of services that one command starts', () => {
  const settings = [
    ['KINLEDGER_SMTP_HOST', 'mail.example.org'],
    ['KINLEDGER_SMTP_PASSWORD_FILE', '/run/secrets/smtp'],
    ['KINLEDGER_MAIL_FROM', 'platform@example.org'],
    ['KINLEDGER_PUBLIC_URL', 'https://files.example.org'],
  ] as const;

  it('is that of the environment, and only ingest knows it', () => {
    for (const [name, value] of settings) vi.stubEnv(name, value);
    expect(mailVariables('ingest')).toEqual(expect.arrayContaining(settings.map((setting) => [...setting])));
    for (const { name } of services) if (name !== 'ingest') expect(mailVariables(name), name).toEqual([]);
  });

  it('is none without a host, whatever else is set', () => {
    for (const [name, value] of settings.slice(1)) vi.stubEnv(name, value);
    expect(mailVariables('ingest')).toEqual([]);
  });
});
