import { completeDocument } from '@kinledger/service-kit';
import type { INestApplication } from '@nestjs/common';
import {
  DocumentBuilder,
  SwaggerModule,
  type ApiResponseSchemaHost,
  type OpenAPIObject,
} from '@nestjs/swagger';
import { z } from 'zod';

/** The reporting API's OpenAPI document, made from its controllers. */
export function openApiOf(app: INestApplication): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setTitle('Kinledger reporting API')
    .setDescription(
      'Unique reach and submissions, read from the golden dataset. Errors are application/problem+json.',
    )
    .setVersion('1')
    .addBearerAuth()
    .build();
  return completeDocument(SwaggerModule.createDocument(app, settings));
}

/** A response schema for OpenAPI 3.0. */
export const answerSchema = (schema: z.ZodType): ApiResponseSchemaHost['schema'] =>
  // Both types describe a JSON schema; only `$schema` is not allowed in OpenAPI 3.0.
  z.toJSONSchema(schema, { target: 'openapi-3.0' }) as ApiResponseSchemaHost['schema'];
