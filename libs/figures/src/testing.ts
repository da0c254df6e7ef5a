import { LIVE_SCHEMA } from '@kinledger/read-models';
import { writeSmallProgramme, type SmallProgramme } from '@kinledger/read-models/testing';
import type pg from 'pg';
import { publish } from './publishing/publish.js';

export { addSmallFacts, defineSmall, type SmallFacts } from './small-facts.testing.js';

/** Creates live read models of a small programme and publishes their queries, as the role that owns both. */
export async function publishSmallProgramme(client: pg.ClientBase, programme: SmallProgramme): Promise<void> {
  await writeSmallProgramme(client, LIVE_SCHEMA, programme);
  await publish(client);
}
