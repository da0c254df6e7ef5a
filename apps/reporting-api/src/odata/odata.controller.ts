import { CurrentCaller, ProblemFilter, Roles, type Caller, type Problem } from '@kinledger/service-kit';
import { Catch, Controller, Get, Header, Inject, Param, Req, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { GoldenSets, setNamed, setsOf } from './golden-sets.js';
import { metadataOf } from './metadata.js';
import { decoded, queryOptions } from './query-options.js';
import { refused } from './refused.js';

const PATH = '/v1/odata';
/** The address at which people reach this service, if it is configured. */
export const PUBLIC_URL = Symbol('public address');
const JSON_TYPE = 'application/json; odata.metadata=minimal; charset=utf-8';

/** Sends a problem as OData’s clients expect an error. */
@Catch()
export class ODataErrors extends ProblemFilter {
  protected override send(reply: FastifyReply, requestId: string, problem: Problem): void {
    if (reply.sent || reply.raw.headersSent) {
      super.send(reply, requestId, problem);
      return;
    }
    void reply
      .code(problem.status)
      .headers(problem.headers)
      .header('odata-version', '4.0')
      .header('content-type', 'application/json; charset=utf-8')
      .send(JSON.stringify({ error: { code: problem.code, message: problem.detail ?? problem.code } }));
  }
}

/**
 * Where links of an answer begin: at the public address, or else where the connection came in, since services do not believe
 * the header Host.
 */
function rootOf({ socket }: FastifyRequest, publicUrl: string | undefined): string {
  if (publicUrl !== undefined) return `${publicUrl.replace(/\/$/, '')}${PATH}`;
  const { localAddress = '127.0.0.1', localPort = 80 } = socket;
  // IPv4 that came in by IPv6.
  const address = localAddress.replace(/^::ffff:/, '');
  return `http://${address.includes(':') ? `[${address}]` : address}:${localPort}${PATH}`;
}

const setName = z.string().max(60);

const queryOf = ({ url }: FastifyRequest): string =>
  url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';

/** Refuses a query where OData has none that this service answers. */
function refuseQuery(request: FastifyRequest): void {
  if (
    !['', '$format=json', '$format=application/json', '$format=xml', '$format=application/xml'].includes(
      decoded(queryOf(request)),
    )
  )
    throw refused('This address takes no query.');
}

/**
 * The golden dataset by OData v4: flat sets, read only. $metadata describes it, so that the document of the API does not.
 */
@ApiExcludeController()
@Roles('reader', 'data-team', 'operator')
@UseFilters(ODataErrors)
@Controller('v1/odata')
export class ODataController {
  readonly #sets: GoldenSets;
  readonly #publicUrl: string | undefined;

  constructor(sets: GoldenSets, @Inject(PUBLIC_URL) publicUrl: string | null) {
    this.#sets = sets;
    this.#publicUrl = publicUrl ?? undefined;
  }

  @Get()
  @Header('content-type', JSON_TYPE)
  @Header('odata-version', '4.0')
  service(@CurrentCaller() caller: Caller, @Req() request: FastifyRequest): string {
    refuseQuery(request);
    const root = rootOf(request, this.#publicUrl);
    return JSON.stringify({
      '@odata.context': `${root}/$metadata`,
      value: setsOf(caller).map(({ name }) => ({ name, kind: 'EntitySet', url: `${root}/${name}` })),
    });
  }

  @Get('$metadata')
  @Header('content-type', 'application/xml; charset=utf-8')
  @Header('odata-version', '4.0')
  metadata(@CurrentCaller() caller: Caller, @Req() request: FastifyRequest): string {
    refuseQuery(request);
    return metadataOf(setsOf(caller));
  }

  @Get(':set')
  @Header('content-type', JSON_TYPE)
  @Header('odata-version', '4.0')
  async set(
    @CurrentCaller() caller: Caller,
    @Param('set', { schema: setName }) name: string,
    @Req() request: FastifyRequest,
  ): Promise<string> {
    // Clients write the root of the service with a slash at its end, or without.
    if (name === '') return this.service(caller, request);
    const table = setNamed(caller, name);
    const options = queryOptions(queryOf(request), table);
    const { rows, count, next } = await this.#sets.page(table, options);
    const chosen = options.columns.map((column) => column.name);
    const some = chosen.length < Object.keys(table.columns).length ? `(${chosen.join(',')})` : '';
    const root = rootOf(request, this.#publicUrl);
    return JSON.stringify({
      '@odata.context': `${root}/$metadata#${table.name}${some}`,
      ...(count === undefined ? {} : { '@odata.count': count }),
      value: rows,
      ...(next === undefined ? {} : { '@odata.nextLink': `${root}/${next}` }),
    });
  }

  @Get(':set/$count')
  @Header('content-type', 'text/plain; charset=utf-8')
  @Header('odata-version', '4.0')
  async count(
    @CurrentCaller() caller: Caller,
    @Param('set', { schema: setName }) name: string,
    @Req() request: FastifyRequest,
  ): Promise<string> {
    const table = setNamed(caller, name);
    return String(await this.#sets.count(table, queryOptions(queryOf(request), table)));
  }
}
