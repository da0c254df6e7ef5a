import { parsePeriod } from '@kinledger/domain';
import { datasetName, dayName, reasonName, type DatasetOfService } from '@kinledger/page-kit/names';
import { londonDay } from '@kinledger/domain';
import type { IntakeContext } from '../intake-context.js';
import { datasetsByName } from '../pages/dataset-names.js';
import type { Calendar, CalendarReturn } from '../returns/calendar.js';
import type { ReturnService } from '../returns/return-service.js';
import { readUpload } from '../uploads/upload-table.js';
import type { WaitingMail } from './mail-table.js';
import {
  linkedText,
  parkedText,
  refusedText,
  reminderText,
  type MailText,
  type ReturnOfReminder,
} from './mail-text.js';
import { isLate, isSoon } from './remind.js';

/** Makes the text of a mail when it is sent, from what holds then. */
export class MailWriter {
  readonly #intake: IntakeContext;
  readonly #returns: ReturnService;
  readonly #publicUrl: string;
  readonly #datasets: ReadonlyMap<string, DatasetOfService>;

  constructor(intake: IntakeContext, returns: ReturnService, publicUrl: string) {
    this.#intake = intake;
    this.#returns = returns;
    this.#publicUrl = publicUrl.replace(/\/$/, '');
    this.#datasets = datasetsByName(intake.programme.definition);
  }

  /** Returns undefined where there is no longer anything to say. */
  textOf(mail: WaitingMail): Promise<MailText | undefined> {
    return mail.upload === null ? this.#reminder(mail) : this.#result(mail, mail.upload);
  }

  async #result({ kind }: WaitingMail, id: string): Promise<MailText | undefined> {
    const upload = await readUpload(this.#intake.pool, id);
    if (upload === undefined) return undefined;
    const page =
      upload.submission === null ? `/files/checked/${id}` : `/files/submitted/${upload.submission}`;
    const names = {
      programme: this.#intake.programme.definition.name,
      ...this.#named(upload.dataset, upload.period),
      link: `${this.#publicUrl}${page}`,
    };
    if (kind === 'file-linked') return linkedText(names, upload.counts);
    if (kind === 'file-parked') return parkedText(names, upload.counts);
    if (upload.state !== 'refused') return undefined;
    return refusedText(names, upload.counts, {
      reason: reasonName(upload.reason ?? 'refused'),
      until: dayName(londonDay(upload.expiresAt)),
    });
  }

  async #reminder({ provider }: WaitingMail): Promise<MailText | undefined> {
    const { today, returns } = await this.#returns.calendar(provider);
    const { soon, late } = openOn(returns, today);
    if (soon.length + late.length === 0) return undefined;
    const named = ({ dataset, period, due }: CalendarReturn): ReturnOfReminder => ({
      ...this.#named(dataset.id, period.code),
      due: dayName(due),
    });
    const { name } = this.#intake.programme.definition;
    return reminderText(
      { programme: name, link: `${this.#publicUrl}/returns` },
      { soon: soon.map(named), late: late.map(named) },
    );
  }

  #named(dataset: string, period: string): { readonly dataset: string; readonly period: string } {
    return {
      dataset: datasetName(dataset, this.#datasets),
      period: parsePeriod(period)?.label ?? period,
    };
  }
}

/** What a reminder lists, the earliest last day first among what is soon, the latest among what is late. */
export function openOn(
  returns: Calendar['returns'],
  today: string,
): { readonly soon: readonly CalendarReturn[]; readonly late: readonly CalendarReturn[] } {
  const byDue = (left: CalendarReturn, right: CalendarReturn) => left.due.localeCompare(right.due);
  return {
    soon: returns.filter((one) => isSoon(one, today)).sort(byDue),
    late: returns.filter(isLate).sort((left, right) => byDue(right, left)),
  };
}
