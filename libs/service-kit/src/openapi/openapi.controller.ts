import { Controller, Get } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiExcludeController, DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { Public } from '../access/decorators.js';
import { completeDocument } from './complete-document.js';

/** Describes the API of a service as a whole; its controllers describe the rest. */
export interface ApiDescription {
  readonly title: string;
  readonly description: string;
  /** A sentence for each `@ApiTags` of its controllers. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Serves the service's OpenAPI document, generated once at start, without authentication. */
@ApiExcludeController()
@Controller('openapi.json')
export class OpenApiController {
  #document: OpenAPIObject | undefined;

  /** Generates the document from the application's controllers. Call it after the modules are created. */
  describe(app: NestFastifyApplication, { title, description, tags }: ApiDescription): void {
    const info = new DocumentBuilder()
      .setTitle(title)
      .setDescription(`${description} Errors are application/problem+json (RFC 9457).`)
      .setVersion('1')
      .addBearerAuth()
      .build();
    const document = SwaggerModule.createDocument(app, info, {
      operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
    });
    this.#document = completeDocument(document, tags);
  }

  @Get()
  @Public()
  document(): OpenAPIObject | undefined {
    return this.#document;
  }
}
