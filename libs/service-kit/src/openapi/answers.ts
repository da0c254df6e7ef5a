import type { ApiResponseOptions } from '@nestjs/swagger';
import { z } from 'zod';

/** For `@ApiResponse`: an answer in JSON, whose shape is a zod schema. It has the members of the schema and no others. */
export const answers = (status: number, description: string, schema: z.ZodType): ApiResponseOptions => ({
  status,
  description,
  content: { 'application/json': { schema: jsonSchemaOf(schema) } },
});

/** For `@ApiResponse`: an answer that is a table. */
export const answersCsv = (status: number, description: string): ApiResponseOptions => ({
  status,
  description,
  content: { 'text/csv': { schema: { type: 'string' } } },
});

/** For `@ApiResponse`: a refusal, as RFC 9457 has it. Its schema is the one that all of them share. */
export const problems = (status: number, description: string): ApiResponseOptions => ({
  status,
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

type SchemaObject = Extract<
  NonNullable<NonNullable<Extract<ApiResponseOptions, { content?: unknown }>['content']>[string]['schema']>,
  { type?: unknown }
>;

/** OpenAPI 3 takes JSON Schema; zod writes it, without the dialect that OpenAPI states once for all. */
function jsonSchemaOf(schema: z.ZodType): SchemaObject {
  const json = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'output' });
  delete json.$schema;
  return json as SchemaObject;
}
