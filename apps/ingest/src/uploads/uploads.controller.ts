import { Readable } from 'node:stream';
import { uploadId } from '@kinledger/contracts';
import { answers, answersCsv, problems, CurrentCaller, Roles, type Caller } from '@kinledger/service-kit';
import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  Res,
  StreamableFile,
} from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { fileTypes } from './upload-body.js';
import { uploadView, type UploadView } from './upload-view.js';
import { UploadService } from './upload-service.js';

export const fileQuery = z.object({
  dataset: z.string().max(100).describe('Dataset, such as natural-thinkers.user.'),
  period: z.string().max(60).describe('Period, such as 2023-24-Q2.'),
  dayFirst: z
    .string()
    .max(1000)
    .optional()
    .describe(
      'Date fields whose column has the day first, separated by commas; only needed if it is asked for.',
    ),
  monthFirst: z
    .string()
    .max(1000)
    .optional()
    .describe('Date fields whose column has the month first, as in 12/31/2023, separated by commas.'),
});
const uploadQuery = fileQuery.extend({
  mapping: z
    .string()
    .regex(
      /^(none|[0-9a-f]{32}\.[1-9]\d{0,3})$/,
      'expected none, or the id of a mapping, a dot and a version',
    )
    .transform((text) => {
      const [mapping = '', version] = text.split('.');
      return version === undefined ? ('none' as const) : { mapping, version: Number(version) };
    })
    .optional()
    .describe(
      'Which saved mapping to read the file by: ID.VERSION for exactly that one, none for none. By default the newest version of the mapping for the file’s titles, if there is one.',
    ),
});
export const idParam = z.object({ id: uploadId });
type IdParam = z.output<typeof idParam>;

@ApiTags('uploads')
@ApiBearerAuth()
@Controller('v1/uploads')
@Roles('provider', 'data-team')
export class UploadsController {
  readonly #uploads: UploadService;

  constructor(uploads: UploadService) {
    this.#uploads = uploads;
  }

  @Post()
  @HttpCode(201)
  @ApiOperation({
    summary: 'Upload a file and have it validated',
    description:
      'The body is the file itself: CSV, or a workbook (.xlsx, .ods), which is recognised by its first bytes. Nothing is processed further until the upload is submitted. A file that is refused as a whole is answered with a problem and leaves nothing behind.',
  })
  @ApiConsumes(...fileTypes)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiResponse(answers(201, 'The file was read, and is validated or refused, with the findings.', uploadView))
  @ApiResponse(problems(400, 'The period is invalid, or the file did not arrive completely.'))
  @ApiResponse(problems(403, 'The dataset belongs to another provider.'))
  @ApiResponse(problems(404, 'The programme has no such dataset, or you have no such mapping.'))
  @ApiResponse(problems(409, 'No agreement covers the period.'))
  @ApiResponse(problems(413, 'The file is larger than the limit.'))
  @ApiResponse(problems(415, 'The body is neither a CSV file nor a workbook that can be read.'))
  @ApiResponse(
    problems(
      422,
      'The file cannot be read, lacks a column that the dataset needs, or has a saved mapping that no longer fits. Columns that may be meant are named.',
    ),
  )
  @ApiResponse(
    problems(
      503,
      'Too many files are being received, the service is being replaced, or the database is unavailable. Send the file again later.',
    ),
  )
  @ApiResponse(problems(507, 'The landing store’s disk is full. Send the file again once there is space.'))
  async upload(
    @CurrentCaller() caller: Caller,
    @Query({ schema: uploadQuery }) query: z.output<typeof uploadQuery>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UploadView> {
    const upload = await this.#uploads.receive(caller, query, request);
    reply.header('location', `/v1/uploads/${upload.id}`);
    return upload;
  }

  @Get(':id')
  @ApiOperation({ summary: 'One upload: its state, counts, findings and mapping' })
  @ApiResponse(answers(200, 'The upload.', uploadView))
  @ApiResponse(problems(404, 'You have no upload with this id.'))
  view(@CurrentCaller() caller: Caller, @Param({ schema: idParam }) { id }: IdParam): Promise<UploadView> {
    return this.#uploads.view(caller, id);
  }

  @Get(':id/errors')
  @ApiOperation({
    summary: 'The error report',
    description:
      'CSV: row, case_number, column, field, rule, severity, message, suggestion, value. Rows are numbered as a spreadsheet shows them. Rows without consent are not listed. The report is deleted together with the rows of the file.',
  })
  @ApiResponse(answersCsv(200, 'The report.'))
  @ApiResponse(problems(404, 'You have no upload with this id.'))
  @ApiResponse(problems(410, 'The report was deleted with the rows.'))
  async errors(
    @CurrentCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: IdParam,
  ): Promise<StreamableFile> {
    const report = await this.#uploads.errors(caller, id);
    return new StreamableFile(Readable.from(report, { objectMode: false }), {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="errors-${id}.csv"`,
    });
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Discard an upload that was not submitted, and delete everything stored of it' })
  @ApiResponse({ status: 204, description: 'Nothing of the upload is stored any more.' })
  @ApiResponse(problems(404, 'You have no upload with this id.'))
  @ApiResponse(problems(409, 'The upload was submitted.'))
  discard(@CurrentCaller() caller: Caller, @Param({ schema: idParam }) { id }: IdParam): Promise<void> {
    return this.#uploads.discard(caller, id);
  }
}
