import { z } from 'zod';
import { programmeId } from '../identifiers.js';

const serviceUrls = z.strictObject({
  ingest: z.url(),
  pseudonymiser: z.url(),
  linker: z.url(),
  projector: z.url(),
  'reporting-api': z.url(),
});

/**
 * `connection.json` in the launcher's home: the addresses of the services on this machine, and the tokens of its
 * accounts. It exists while the launcher runs, readable by its owner only.
 */
export const localConnection = z.strictObject({
  version: z.literal(1),
  launcher: z.strictObject({ pid: z.int().positive() }),
  home: z.string().min(1),
  programme: programmeId,
  programmeDirectory: z.string().min(1),
  services: serviceUrls,
  tokens: z.strictObject({
    dataTeam: z.string().min(1),
    reader: z.string().min(1),
    operator: z.string().min(1),
    auditor: z.string().min(1).exactOptional().describe('Absent in homes that are older than the role.'),
    providers: z.record(z.string(), z.string().min(1)).describe('By provider.'),
  }),
  evaluation: z
    .strictObject({ platformUrl: z.string().min(1), secretsDirectory: z.string().min(1) })
    .describe('Inputs of an evaluation against a known truth: the read models, and the keys of record ids.'),
});
export type LocalConnection = z.infer<typeof localConnection>;

/** Messages of the launcher to the process that started it. */
export type LauncherMessage =
  | { readonly type: 'stage'; readonly stage: LauncherStage; readonly text: string }
  | { readonly type: 'service'; readonly service: string; readonly state: 'ready' | 'restarting' }
  | { readonly type: 'ready'; readonly connectionFile: string }
  | { readonly type: 'failed'; readonly message: string };

export type LauncherStage = 'database' | 'migrations' | 'keys' | 'services';
