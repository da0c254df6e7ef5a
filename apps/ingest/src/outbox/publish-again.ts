import { topics, type CommandId, type ProgrammeId } from '@kinledger/contracts';
import { TopicsInUse, type MessageBus } from '@kinledger/message-bus';
import type { Programme } from '@kinledger/programme';
import { MESSAGE_BUS } from '@kinledger/service-kit';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type pg from 'pg';
import { refuseLostCommands, sentCommands } from '../commands/command-table.js';
import { IntakeContext } from '../intake-context.js';
import { openPersonRequests } from '../people/person-request-table.js';
import { acceptedFile } from '../submissions/accepted-file.js';
import { lockIntakeOrder, submissionsAfter } from '../submissions/submission-table.js';
import { uploadChanged } from '../uploads/upload-events.js';
import { readUploads } from '../uploads/upload-table.js';
import { commandMessage, fileAccepted, personRequested } from './intake-messages.js';
import { intakeOutbox } from './intake-outbox.js';

const SUBMISSIONS_PER_PAGE = 200;

const published = [
  topics.fileAccepted.name,
  topics.command.name,
  topics.submissionStateChanged.name,
  topics.personRequested.name,
];

/** What was published again. */
interface PublishedAgain {
  readonly files: number;
  readonly commands: number;
  readonly requests: number;
  /** Commands that cannot be sent again, because they named a person. */
  readonly lost: readonly CommandId[];
}

/**
 * Publishes everything that was accepted here again, if the topics are others than before: whoever has it already knows
 * it by its id, and what was on its way with the former topics arrives after all.
 */
@Injectable()
export class PublishAgain implements OnApplicationBootstrap {
  readonly #logger = new Logger('outbox');
  readonly #topics = new TopicsInUse('ingest', published);
  readonly #intake: IntakeContext;
  readonly #bus: MessageBus;

  constructor(intake: IntakeContext, @Inject(MESSAGE_BUS) bus: MessageBus) {
    this.#intake = intake;
    this.#bus = bus;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { pool, programme } = this.#intake;
    const written: PublishedAgain[] = [];
    await this.#topics.noteChange(pool, this.#bus, async (client) => {
      written.push(await writeAgain(client, programme));
    });
    for (const { lost, files, commands, requests } of written) {
      this.#logger.warn(
        { files, commands, requests },
        'the topics are new: everything that was accepted is published again',
      );
      if (lost.length > 0)
        this.#logger.error(
          { commands: lost },
          'orders were lost with the former topics unless a reply still comes: somebody has to ask for them again',
        );
    }
  }
}

async function writeAgain(client: pg.ClientBase, programme: Programme): Promise<PublishedAgain> {
  const { id } = programme.definition;
  // What is accepted meanwhile follows.
  await lockIntakeOrder(client, id);
  const files = await writeFilesAgain(client, programme);
  const commands = await sentCommands(client);
  await intakeOutbox.write(client, commands.map(commandMessage));
  const requests = await openPersonRequests(client);
  await intakeOutbox.write(
    client,
    requests.map(({ id: request, act, reason, askedBy: person, organisation, askedAt }) =>
      personRequested({
        ...{ programme: id, request, act, reason, at: askedAt.toISOString() },
        askedBy: { person, ...(organisation === null ? {} : { organisation }) },
      }),
    ),
  );
  const lost = await refuseLostCommands(client);
  return { files, commands: commands.length, requests: requests.length, lost };
}

async function writeFilesAgain(client: pg.ClientBase, programme: Programme): Promise<number> {
  const programmeId: ProgrammeId = programme.definition.id;
  let files = 0;
  for (let after = 0; ;) {
    const submissions = await submissionsAfter(client, after, SUBMISSIONS_PER_PAGE);
    const last = submissions.at(-1);
    if (last === undefined) return files;
    const uploads = await readUploads(
      client,
      submissions.map(({ upload }) => upload),
    );
    const messages = submissions.flatMap((submission) => {
      const { submission: id, intake, acceptedAt: at } = submission;
      const upload = uploads.get(submission.upload);
      const dataset = programme.dataset(submission.dataset);
      // A dataset that the programme no longer has: its files were decided before it was taken out.
      if (upload === undefined || dataset === undefined) return [];
      return [
        fileAccepted(acceptedFile(programmeId, dataset, submission, upload), at),
        uploadChanged(programmeId, upload, at, { state: 'accepted', submission: id, intake }),
      ];
    });
    await intakeOutbox.write(client, messages);
    files += messages.length / 2;
    after = last.intake;
  }
}
