import { datasetId, providerId } from '@kinledger/contracts';
import {
  csvTemplate,
  documentStyleSource,
  guideDocument,
  guideTo,
  leavesDocument,
  workbookTemplate,
} from '@kinledger/file-templates';
import type { Dataset } from '@kinledger/programme';
import {
  answers,
  answersCsv,
  problems,
  CurrentCaller,
  Problem,
  Roles,
  type Caller,
} from '@kinledger/service-kit';
import { Controller, Get, Header, Param, Res, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags, type ApiResponseOptions } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { IntakeContext } from '../intake-context.js';
import { datasetFor, mayActFor } from '../programme/dataset-access.js';
import { SchemaArchive } from './schema-archive.js';

const datasetParam = z.object({ id: z.string().max(100) });
type DatasetParam = z.output<typeof datasetParam>;
const schemaParam = datasetParam.extend({
  hash: z.string().regex(/^[0-9a-f]{64}$/, 'expected the hash of a schema, 64 hex digits'),
});

const datasetList = z.object({
  datasets: z.array(
    z.object({
      id: datasetId,
      name: z.string().describe('Service and content, for people.'),
      provider: providerId,
      schemaHash: z.string().describe('SHA-256 of the present schema; see /v1/datasets/{id}/schemas/{hash}.'),
      pseudonymisedAtSource: z.boolean(),
    }),
  ),
});

const WORKBOOK = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const tableSchema = z
  .looseObject({ fields: z.array(z.looseObject({ name: z.string(), type: z.string() })) })
  .describe('A Table Schema (Data Package v2) in canonical JSON (RFC 8785).');
const answersHtml = (description: string): ApiResponseOptions => ({
  ...{ status: 200, description },
  content: { 'text/html': { schema: { type: 'string' } } },
});

/** The documents allow their own style, and nothing else. */
const GUIDE_POLICY = `default-src 'none';style-src ${documentStyleSource};base-uri 'none';frame-ancestors 'none'`;

/** What a provider needs to make files of a dataset, made from its schema. */
@ApiTags('datasets')
@ApiBearerAuth()
@Controller('v1/datasets')
@Roles('provider', 'data-team')
export class DatasetsController {
  readonly #intake: IntakeContext;
  readonly #schemas: SchemaArchive;

  constructor(intake: IntakeContext, schemas: SchemaArchive) {
    this.#intake = intake;
    this.#schemas = schemas;
  }

  @Get()
  @ApiOperation({ summary: 'The datasets that you may send files for' })
  @ApiResponse(answers(200, 'In the order of the programme.', datasetList))
  list(@CurrentCaller() caller: Caller): z.input<typeof datasetList> {
    const { datasets } = this.#intake.programme;
    return {
      datasets: datasets
        .filter(({ serviceDefinition }) => mayActFor(caller, serviceDefinition.provider))
        .map((dataset) => ({
          id: dataset.id,
          name: guideTo(dataset).name,
          provider: dataset.serviceDefinition.provider,
          schemaHash: dataset.schemaHash,
          pseudonymisedAtSource: dataset.pseudonymisedAtSource,
        })),
    };
  }

  @Get(':id/schema')
  @ApiOperation({ summary: 'The present schema, with the address of this version' })
  @ApiResponse(answers(200, 'content-location is the address at which it never changes.', tableSchema))
  @ApiResponse(problems(403, 'The dataset belongs to another provider.'))
  @ApiResponse(problems(404, 'The programme has no such dataset.'))
  async present(
    @CurrentCaller() caller: Caller,
    @Param({ schema: datasetParam }) { id }: DatasetParam,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { schemaHash } = this.#dataset(caller, id);
    const schema = await this.#schemas.find(id, schemaHash);
    if (schema === undefined) throw schemaUnknown();
    await reply
      .header('content-type', JSON_TYPE)
      .header('etag', `"${schemaHash}"`)
      .header('content-location', `/v1/datasets/${id}/schemas/${schemaHash}`)
      .header('cache-control', 'private, no-cache')
      .send(schema);
  }

  @Get(':id/schemas/:hash')
  @ApiOperation({
    summary: 'A schema that the dataset has or had',
    description: 'The SHA-256 of the body is the hash in the address, as submissions name it.',
  })
  @ApiResponse(answers(200, 'The schema. It never changes, and may be kept for good.', tableSchema))
  @ApiResponse(problems(403, 'The dataset belongs to another provider.'))
  @ApiResponse(problems(404, 'The programme has no such dataset, or the dataset never had this schema.'))
  async version(
    @CurrentCaller() caller: Caller,
    @Param({ schema: schemaParam }) { id, hash }: z.output<typeof schemaParam>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.#dataset(caller, id);
    const schema = await this.#schemas.find(id, hash);
    if (schema === undefined) throw schemaUnknown();
    await reply
      .header('content-type', JSON_TYPE)
      .header('etag', `"${hash}"`)
      .header('cache-control', 'private, max-age=31536000, immutable')
      .send(schema);
  }

  @Get(':id/template.csv')
  @ApiOperation({ summary: 'An empty CSV file with the titles of the dataset' })
  @ApiResponse(answersCsv(200, 'The titles, in UTF-8 with a byte order mark.'))
  @ApiResponse(problems(403, 'The dataset belongs to another provider.'))
  @ApiResponse(problems(404, 'The programme has no such dataset.'))
  csv(
    @CurrentCaller() caller: Caller,
    @Param({ schema: datasetParam }) { id }: DatasetParam,
  ): StreamableFile {
    const { schema } = this.#dataset(caller, id);
    return download(Buffer.from(csvTemplate(schema)), 'text/csv; charset=utf-8', `${id}.csv`);
  }

  @Get(':id/template.xlsx')
  @ApiOperation({
    summary: 'A workbook with the titles of the dataset, notes on them, and drop-down lists',
    description: 'Fill in the first sheet and send the workbook.',
  })
  @ApiResponse({
    status: 200,
    description: 'The workbook.',
    content: { [WORKBOOK]: { schema: { type: 'string', format: 'binary' } } },
  })
  @ApiResponse(problems(403, 'The dataset belongs to another provider.'))
  @ApiResponse(problems(404, 'The programme has no such dataset.'))
  async workbook(
    @CurrentCaller() caller: Caller,
    @Param({ schema: datasetParam }) { id }: DatasetParam,
  ): Promise<StreamableFile> {
    return download(await workbookTemplate(this.#dataset(caller, id)), WORKBOOK, `${id}.xlsx`);
  }

  @Get(':id/guide')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', GUIDE_POLICY)
  @ApiOperation({ summary: 'The field guide: what each column holds, when it is needed, what becomes of it' })
  @ApiResponse(answersHtml('A document of its own, which prints well.'))
  @ApiResponse(problems(403, 'The dataset belongs to another provider.'))
  @ApiResponse(problems(404, 'The programme has no such dataset.'))
  guide(@CurrentCaller() caller: Caller, @Param({ schema: datasetParam }) { id }: DatasetParam): string {
    return guideDocument(guideTo(this.#dataset(caller, id)));
  }

  @Get(':id/leaves')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', GUIDE_POLICY)
  @ApiOperation({
    summary: 'Exactly what leaves a source that makes its digests itself, and what never does',
  })
  @ApiResponse(answersHtml('A document of its own, which prints well.'))
  @ApiResponse(problems(403, 'The dataset belongs to another provider.'))
  @ApiResponse(problems(404, 'The programme has no such dataset, or its source makes no digests.'))
  leaves(@CurrentCaller() caller: Caller, @Param({ schema: datasetParam }) { id }: DatasetParam): string {
    const document = leavesDocument(guideTo(this.#dataset(caller, id)));
    if (document === undefined) throw notAtSource();
    return document;
  }

  #dataset(caller: Caller, id: string): Dataset {
    return datasetFor(this.#intake.programme, caller, id);
  }
}

const JSON_TYPE = 'application/json; charset=utf-8';

const download = (bytes: Uint8Array, type: string, name: string): StreamableFile =>
  new StreamableFile(bytes, { type, disposition: `attachment; filename="${name}"` });

const schemaUnknown = () =>
  new Problem(404, 'schema-unknown', { detail: 'The dataset never had this schema here.' });

const notAtSource = () =>
  new Problem(404, 'not-at-source', {
    detail: 'The dataset’s source makes no digests: its field guide says what becomes of each column.',
  });
