import type { ApiResponseOptions } from '@nestjs/swagger';
import { z } from 'zod';

/** An answer whose shape is a zod schema. */
export const answers = (status: number, description: string, schema: z.ZodType): ApiResponseOptions => ({
  status,
  description,
  content: { 'application/json': { schema: jsonSchemaOf(schema) } },
});

const problem = z.object({
  type: z.string().describe('urn:kinledger:problem:<code>; the code is stable.'),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional().describe('What is wrong and what to do.'),
  instance: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

/** A refusal, as RFC 9457 has it. */
export const problems = (status: number, description: string): ApiResponseOptions => ({
  status,
  description,
  content: { 'application/problem+json': { schema: jsonSchemaOf(problem) } },
});

type SchemaObject = Extract<
  NonNullable<NonNullable<Extract<ApiResponseOptions, { content?: unknown }>['content']>[string]['schema']>,
  { type?: unknown }
>;

/** OpenAPI 3 takes JSON Schema; zod writes it, without the dialect that OpenAPI states once for all. */
function jsonSchemaOf(schema: z.ZodType): SchemaObject {
  const json = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' });
  delete json.$schema;
  return json as SchemaObject;
}
