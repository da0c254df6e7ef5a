import type { CountsByRule } from '@kinledger/intake-files';

/** Data that must never leave its source, but arrived in an upload. */
export const incidentKinds = ['clear-text', 'salt'] as const;
export type IncidentKind = (typeof incidentKinds)[number];

/** Whether rows of a file contained clear text in place of digests. */
export const holdsClearText = (findings: CountsByRule): boolean =>
  Object.keys(findings).some((code) => code.startsWith('clear-text-'));
