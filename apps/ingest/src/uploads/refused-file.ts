import type { FileRefused, RefusalReason } from '@kinledger/intake-files';
import { Problem } from '@kinledger/service-kit';

const statuses: Partial<Readonly<Record<RefusalReason, number>>> = {
  'body-too-large': 413,
  'workbook-too-large': 413,
  'body-truncated': 400,
  'body-too-slow': 408,
  'excel-file': 415,
  'password-protected': 415,
  'binary-file': 415,
  'utf-16-file': 415,
};

/** The error response for a refused file. */
export const problemOfRefusal = (refusal: FileRefused): Problem =>
  new Problem(statuses[refusal.reason] ?? 422, refusal.reason, {
    detail: refusal.detail,
    ...(refusal.places.length === 0 ? {} : { errors: refusal.places }),
  });
