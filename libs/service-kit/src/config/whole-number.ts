import { z } from 'zod';

/** A whole number in decimal digits, within bounds; `byDefault` applies if the variable is absent. */
export const wholeNumber = (byDefault: number, minimum: number, maximum: number) =>
  z
    .string()
    .default(String(byDefault))
    .pipe(
      z
        .string()
        .regex(/^\d{1,15}$/)
        .transform(Number)
        .pipe(z.int().min(minimum).max(maximum)),
    );
