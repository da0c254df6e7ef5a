import { z } from 'zod';

/** Why somebody looks at how an individual came to be, in the person's own words. The trail of looks keeps it. */
export const lookReason = z
  .string()
  .trim()
  .min(10, 'say why, in ten characters or more')
  .max(500, 'say it in 500 characters or fewer')
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'write it on one line, without control characters');
