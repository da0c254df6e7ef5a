import type { Contacts } from './contacts.js';
import { holdCase, momentOf, signatureOf } from './held-case.js';
import type { Case, CaseMoment, HeldCase } from './held-case.js';
import type { DatasetPlan, Plan } from './plan.js';
import type { PrintedCase, RowEvent } from './row-printer.js';

/** The printed rows of a member in a provider’s case system, printed again only when something has changed. */
export class CasePages {
  #lastHeld: { signature: number; held: HeldCase } | undefined;
  readonly #printed = new Map<DatasetPlan, { signature: number; page: PrintedCase }>();
  readonly #subject: Case;
  readonly #contacts: Contacts;
  readonly #plan: Plan;

  constructor(subject: Case, contacts: Contacts, plan: Plan) {
    this.#subject = subject;
    this.#contacts = contacts;
    this.#plan = plan;
  }

  /** Whether the rows differ from those of the quarter before. */
  changedIn(quarter: number): boolean {
    return signatureOf(this.#momentIn(quarter)) !== signatureOf(this.#momentIn(quarter - 1));
  }

  line(dataset: DatasetPlan, quarter: number, event: RowEvent): string {
    const moment = this.#momentIn(quarter);
    const signature = signatureOf(moment);
    const known = this.#printed.get(dataset);
    if (known?.signature === signature) return dataset.printer.printLine(known.page, event);
    if (this.#lastHeld?.signature !== signature) {
      this.#lastHeld = { signature, held: holdCase(this.#subject, moment, this.#contacts) };
    }
    const page = dataset.printer.printCase(this.#lastHeld.held);
    this.#printed.set(dataset, { signature, page });
    return dataset.printer.printLine(page, event);
  }

  #momentIn(quarter: number): CaseMoment {
    return momentOf(this.#subject, quarter, this.#plan.quarters[Math.max(quarter, 0)]?.ends ?? 0);
  }
}
