import { Readable } from 'node:stream';
import { code } from '@kinledger/contracts';
import { answers, CurrentCaller, problems, Roles, type Caller } from '@kinledger/service-kit';
import { dataOutputSpecification } from '@kinledger/studies';
import { Body, Controller, Get, Header, HttpCode, Param, Post, Res, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Studies, type ListedStudy } from './studies.js';

const checkBody = z.strictObject({ specification: dataOutputSpecification });
const extractBody = z.strictObject({
  specification: dataOutputSpecification,
  asAt: z
    .int()
    .nonnegative()
    .exactOptional()
    .describe('A position that was rebuilt; without it, the present one.'),
});

const permittedView = z.object({
  permitted: z.array(
    z.object({
      dataset: z.string(),
      attributes: z
        .array(z.string())
        .describe('Attributes of people that its rows may tell; lsoa is the area.'),
      consent: z
        .object({ of: z.array(z.string()), attribute: z.string(), versions: z.array(z.string()) })
        .optional()
        .describe('Consent forms with evaluation, where people agree by a form. Absent: no row is left out.'),
    }),
  ),
});
const studiesView = z.object({
  studies: z.array(
    z.object({
      study: z.string(),
      openedAt: z.string(),
      destroyedAt: z.string().nullable(),
      destroyedBy: z.string().nullable(),
      extracts: z.array(
        z.object({
          id: z.string(),
          position: z.int(),
          askedBy: z.string(),
          askedAt: z.string(),
          completedAt: z.string().nullable().describe('Null if its transfer broke off.'),
          people: z.int().nullable(),
          manifest: z.string().nullable().describe('SHA-256 of its manifest.json.'),
          expires: z.string(),
          organisation: z.string(),
        }),
      ),
    }),
  ),
});

/** Extracts for evaluators. */
@ApiTags('studies')
@ApiBearerAuth()
@Controller('v1/studies')
export class StudiesController {
  readonly #studies: Studies;

  constructor(studies: Studies) {
    this.#studies = studies;
  }

  @Get()
  @Roles('data-team', 'operator', 'auditor')
  @ApiOperation({ summary: 'Every study that had an extract, and what was handed out' })
  @ApiResponse(answers(200, 'The studies, the latest first.', studiesView))
  async all(): Promise<{ readonly studies: readonly ListedStudy[] }> {
    return { studies: await this.#studies.all() };
  }

  @Post('checks')
  @HttpCode(200)
  @Roles('data-team')
  @ApiOperation({ summary: 'Say whether agreements permit a data output specification' })
  @ApiResponse(answers(200, 'What the study may see of each dataset.', permittedView))
  @ApiResponse(problems(422, 'It is not permitted: errors says why.'))
  @ApiResponse(problems(409, 'The study’s key is destroyed.'))
  async check(
    @Body({ schema: checkBody }) { specification }: z.output<typeof checkBody>,
  ): Promise<z.input<typeof permittedView>> {
    const permitted = await this.#studies.check(specification);
    return {
      permitted: permitted.map(({ dataset, attributes, consent }) => ({
        ...{ dataset, attributes: [...attributes] },
        ...(consent === undefined
          ? {}
          : { consent: { ...consent, of: [...consent.of], versions: [...consent.versions] } }),
      })),
    };
  }

  @Post('extracts')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @Roles('data-team')
  @ApiOperation({
    summary: 'Make an extract of a study, as a ZIP file',
    description: 'The header kinledger-position is its ledger position, kinledger-extract its id.',
  })
  @ApiResponse({
    status: 200,
    description: 'The extract.',
    content: { 'application/zip': { schema: { type: 'string', format: 'binary' } } },
  })
  @ApiResponse(problems(404, 'No read models stand at the position.'))
  @ApiResponse(problems(409, 'The study’s key is destroyed, or an extract is being made.'))
  @ApiResponse(problems(422, 'It is not permitted: errors says why.'))
  async extract(
    @CurrentCaller() caller: Caller,
    @Body({ schema: extractBody }) { specification, asAt }: z.output<typeof extractBody>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { id, position, archive } = await this.#studies.extract(specification, asAt, caller.person);
    void reply.header('kinledger-position', position).header('kinledger-extract', id);
    return new StreamableFile(Readable.fromWeb(archive), {
      type: 'application/zip',
      disposition: `attachment; filename="${specification.study}-${position}.zip"`,
    });
  }

  @Post(':study/destruction')
  @HttpCode(200)
  @Header('content-type', 'text/markdown; charset=utf-8')
  @Roles('data-team')
  @ApiOperation({ summary: 'Destroy the key of a study’s pseudonyms, and certify it' })
  @ApiResponse({
    status: 200,
    description: 'The certificate, which the recipient signs for its copies.',
    content: { 'text/markdown': { schema: { type: 'string' } } },
  })
  @ApiResponse(problems(404, 'No extract of the study was ever made.'))
  @ApiResponse(problems(409, 'An extract of the study is being made.'))
  async destroy(
    @CurrentCaller() caller: Caller,
    @Param('study', { schema: code }) study: string,
  ): Promise<string> {
    return this.#studies.destroy(study, caller.person);
  }
}
