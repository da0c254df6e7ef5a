import type { ApiResponseOptions } from '@nestjs/swagger';
import { z } from 'zod';

/** For `@ApiResponse`: a JSON response with exactly the members of a zod schema. */
export const answers = (status: number, description: string, schema: z.ZodType): ApiResponseOptions => ({
  status,
  description,
  content: { 'application/json': { schema: jsonSchemaOf(schema) } },
});

/** For `@ApiResponse`: a response in CSV. */
export const answersCsv = (status: number, description: string): ApiResponseOptions => ({
  status,
  description,
  content: { 'text/csv': { schema: { type: 'string' } } },
});

/** For `@ApiResponse`: an error response, as defined by RFC 9457. All error responses share one schema. */
export const problems = (status: number, description: string): ApiResponseOptions => ({
  status,
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

type SchemaObject = Extract<
  NonNullable<NonNullable<Extract<ApiResponseOptions, { content?: unknown }>['content']>[string]['schema']>,
  { type?: unknown }
>;

/** Converts a zod schema to JSON Schema for OpenAPI 3, without the dialect, which the document states once. */
function jsonSchemaOf(schema: z.ZodType): SchemaObject {
  const json = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'output' });
  delete json.$schema;
  return json as SchemaObject;
}
