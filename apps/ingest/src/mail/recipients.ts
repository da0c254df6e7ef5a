import { readFileSync } from 'node:fs';
import { accessFile, type ProviderId } from '@kinledger/contracts';

/**
 * The addresses of each provider's accounts that have one and have not expired, from the access file as it is now.
 * @throws Error without a path or an address if the file cannot be read.
 */
export function recipientsByProvider(
  file: string,
  now = new Date(),
): ReadonlyMap<ProviderId, readonly string[]> {
  const { accounts } = parsed(file);
  const found = new Map<ProviderId, string[]>();
  for (const { email, provider, roles, expiresAt } of accounts) {
    if (email === undefined || provider === undefined || !roles.includes('provider')) continue;
    if (expiresAt !== undefined && Date.parse(expiresAt) <= now.getTime()) continue;
    found.set(provider, [...(found.get(provider) ?? []), email]);
  }
  return found;
}

function parsed(file: string) {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new Error('the access file (KINLEDGER_ACCESS_FILE) cannot be read');
  }
  const result = accessFile.safeParse(content);
  if (!result.success) throw new Error('the access file (KINLEDGER_ACCESS_FILE) is invalid');
  return result.data;
}
