import type { CountsByRule } from './counts.js';

/** What should never have left its source, and came with an upload. */
export const incidentKinds = ['clear-text', 'salt'] as const;
export type IncidentKind = (typeof incidentKinds)[number];

/** Whether rows of a file held clear text where a digest is due. */
export const holdsClearText = (findings: CountsByRule): boolean =>
  Object.keys(findings).some((code) => code.startsWith('clear-text-'));
