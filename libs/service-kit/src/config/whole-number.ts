import { z } from 'zod';

/** A whole number in decimal digits, within bounds; what stands where the variable is absent comes first. */
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
