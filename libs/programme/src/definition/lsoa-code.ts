import { z } from 'zod';

/** The code of a lower layer super output area in England. */
export const lsoaCode = z.string().regex(/^E01\d{6}$/);
