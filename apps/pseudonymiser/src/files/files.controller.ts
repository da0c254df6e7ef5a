import { topics } from '@kinledger/contracts';
import { BatchContext, OnMessages, type MessageOf } from '@kinledger/service-kit';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { FilePseudonymiser, type AcceptedFile } from './file-pseudonymiser.js';

/** A batch is redelivered as a whole, so few files mean few repeats. */
const FILES_PER_BATCH = 16;

@Controller()
export class FilesController {
  readonly #files: FilePseudonymiser;

  constructor(files: FilePseudonymiser) {
    this.#files = files;
  }

  /** Commits the batch when all its files are finished. Files finished before a failure are not processed again. */
  @OnMessages(topics.fileAccepted, { maxMessages: FILES_PER_BATCH })
  async accepted(
    @Payload() messages: readonly MessageOf<typeof topics.fileAccepted>[],
    @Ctx() context: BatchContext,
  ): Promise<void> {
    await this.#processAll(messages, context);
  }

  /** Processes an un-parked file again, for its new intake number. */
  @OnMessages(topics.command, { maxMessages: FILES_PER_BATCH })
  async commanded(
    @Payload() messages: readonly MessageOf<typeof topics.command>[],
    @Ctx() context: BatchContext,
  ): Promise<void> {
    const unparked = messages.flatMap(({ data, ...rest }): AcceptedFile[] =>
      data.kind === 'unpark-submission' ? [{ ...rest, data: data.payload.file }] : [],
    );
    await this.#processAll(unparked, context);
  }

  async #processAll(files: readonly AcceptedFile[], { signal }: BatchContext): Promise<void> {
    const ends = await Promise.allSettled(files.map((file) => this.#files.process(file, signal)));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}
