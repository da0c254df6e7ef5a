import { answers, CurrentCaller, problems, Roles, type Caller } from '@kinledger/service-kit';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { IntakeContext } from '../intake-context.js';
import { mappingUnknown } from './choose-mapping.js';
import { MappingService } from './mapping-service.js';
import {
  mappingView,
  mappingWithHistory,
  viewOfMapping,
  type MappingView,
  type MappingWithHistory,
} from './mapping-view.js';

const title = z.string().max(500);
const field = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, 'expected the name of a field, such as carer_email')
  .max(80);

const confirmBody = z.strictObject({
  dataset: z.string().max(100).describe('Dataset, such as natural-thinkers.user.'),
  titles: z.array(title).min(1).max(1000).describe('All titles of the file, in its order.'),
  columns: z
    .array(z.strictObject({ field, columnTitle: title.min(1) }))
    .max(200)
    .default([])
    .describe('The column that a field is to be read from, where the title alone does not say it.'),
  values: z
    .array(
      z.strictObject({
        field,
        value: z.string().min(1).max(120).describe('As in the file; compared without case and outer space.'),
        code: z.string().min(1).max(120),
      }),
    )
    .max(2000)
    .default([])
    .describe('The code that a value of a coded column stands for.'),
});
type ConfirmBody = z.output<typeof confirmBody>;

const idParam = z.object({ id: z.string().regex(/^[0-9a-f]{32}$/, 'expected the id of a mapping') });
const listQuery = z.object({ dataset: z.string().max(100) });
const versionQuery = z.object({
  version: z.coerce.number().int().min(1).max(9999).optional().describe('Default: the newest.'),
});
const mappingList = z.object({ mappings: z.array(mappingView) });

@ApiTags('mappings')
@ApiBearerAuth()
@Controller('v1/mappings')
@Roles('provider', 'data-team')
export class MappingsController {
  readonly #mappings: MappingService;
  readonly #intake: IntakeContext;

  constructor(mappings: MappingService, intake: IntakeContext) {
    this.#mappings = mappings;
    this.#intake = intake;
  }

  @Get()
  @ApiOperation({ summary: 'The mappings that are saved for files of a dataset' })
  @ApiResponse(answers(200, 'The newest version of each, the latest first.', mappingList))
  @ApiResponse(problems(403, 'The dataset belongs to another provider.'))
  @ApiResponse(problems(404, 'The programme has no such dataset.'))
  async list(
    @CurrentCaller() caller: Caller,
    @Query({ schema: listQuery }) { dataset }: z.output<typeof listQuery>,
  ): Promise<z.input<typeof mappingList>> {
    const mappings = await this.#mappings.list(caller, dataset);
    return { mappings: mappings.map((saved) => viewOfMapping(saved, this.#datasetOf(saved))) };
  }

  @Post()
  @ApiOperation({
    summary: 'Confirm a mapping for files with these titles',
    description:
      'From then on, the provider’s files of the dataset with the same titles, in any order, are read by it. If one is saved for these titles, this becomes its next version, unless it says the same.',
  })
  @ApiResponse(answers(201, 'A new version was saved.', mappingView))
  @ApiResponse(answers(200, 'The newest version says the same.', mappingView))
  @ApiResponse(problems(403, 'The dataset belongs to another provider.'))
  @ApiResponse(problems(404, 'The programme has no such dataset.'))
  @ApiResponse(problems(409, 'The dataset has too many mappings, or the mapping too many versions.'))
  @ApiResponse(problems(422, 'The mapping does not fit the titles or the dataset’s schema.'))
  async confirm(
    @CurrentCaller() caller: Caller,
    @Body({ schema: confirmBody }) body: ConfirmBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MappingView> {
    const { saved, isNew } = await this.#mappings.confirm(caller, {
      dataset: body.dataset,
      titles: body.titles,
      columns: Object.fromEntries(body.columns.map((one) => [one.field, one.columnTitle])),
      values: codesByField(body.values),
    });
    reply.code(isNew ? 201 : 200).header('location', `/v1/mappings/${saved.mapping}`);
    return viewOfMapping(saved, this.#datasetOf(saved));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One mapping, in its newest or another version' })
  @ApiResponse(answers(200, 'The mapping, and when and by whom its versions were saved.', mappingWithHistory))
  @ApiResponse(problems(404, 'You have no such mapping, or it has no such version.'))
  async view(
    @CurrentCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: z.output<typeof idParam>,
    @Query({ schema: versionQuery }) { version }: z.output<typeof versionQuery>,
  ): Promise<MappingWithHistory> {
    const versions = await this.#mappings.versions(caller, id);
    const saved = version === undefined ? versions[0] : versions.find((one) => one.version === version);
    if (saved === undefined) throw mappingUnknown();
    return {
      ...viewOfMapping(saved, this.#datasetOf(saved)),
      versions: versions.map((one) => ({
        ...{ version: one.version, savedBy: one.savedBy, savedAt: one.savedAt.toISOString() },
      })),
    };
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a mapping with all its versions',
    description:
      'Later files with its titles are read without it. What was read by it stays, and names its id and version.',
  })
  @ApiResponse({ status: 204, description: 'Nothing of the mapping is stored any more.' })
  @ApiResponse(problems(404, 'You have no such mapping.'))
  delete(
    @CurrentCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: z.output<typeof idParam>,
  ): Promise<void> {
    return this.#mappings.delete(caller, id);
  }

  #datasetOf({ dataset }: { readonly dataset: string }) {
    return this.#intake.programme.dataset(dataset);
  }
}

function codesByField(values: ConfirmBody['values']): Record<string, Record<string, string>> {
  const byField = new Map<string, [string, string][]>();
  for (const { field: name, value, code } of values) {
    byField.set(name, [...(byField.get(name) ?? []), [value, code]]);
  }
  return Object.fromEntries([...byField].map(([name, codes]) => [name, Object.fromEntries(codes)]));
}
