import { Problem, hasRole, type Caller } from '@kinledger/service-kit';
import { Injectable } from '@nestjs/common';
import { Figures } from '../figures/figures.js';
import { seenBy } from '../figures/seen.js';

/** Who sees the pack and the actions of a service’s data meeting: its provider, and the programme’s own team. */
@Injectable()
export class MeetingAccess {
  readonly #figures: Figures;

  constructor(figures: Figures) {
    this.#figures = figures;
  }

  /**
   * @returns the name of the service.
   * @throws Problem 404 for an unknown service, 403 for another provider’s.
   */
  async require(caller: Caller, service: string): Promise<string> {
    const found = (await this.#figures.services()).find((each) => each.service === service);
    if (found === undefined)
      throw new Problem(404, 'scope-unknown', { detail: 'The programme has no service of this name.' });
    if (maySeeMeetingOf(caller, (await this.#figures.providers()).get(service))) return found.name;
    throw new Problem(403, 'not-allowed', {
      detail: 'This account sees the data meetings of its own services alone, and this service is another’s.',
    });
  }
}

export const maySeeMeetingOf = (caller: Caller, provider: string | undefined): boolean =>
  seenBy(caller) === 'exact' ||
  (hasRole(caller, 'provider') && caller.organisation !== undefined && caller.organisation === provider);
