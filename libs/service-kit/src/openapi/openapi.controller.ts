import { Controller, Get } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiExcludeController, DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { Public } from '../access/decorators.js';
import { completeDocument } from './complete-document.js';

/** What a service says of its API as a whole; its controllers say the rest. */
export interface ApiDescription {
  readonly title: string;
  readonly description: string;
  /** A sentence for each `@ApiTags` of its controllers. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Serves the OpenAPI document of the service, made once when it boots, to anybody. */
@ApiExcludeController()
@Controller('openapi.json')
export class OpenApiController {
  #document: OpenAPIObject | undefined;

  /** Makes the document of the application's controllers. Call it once the modules exist. */
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
