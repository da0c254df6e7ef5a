import type { Household, Person } from './household.js';
import { unitOf } from './random.js';

/** What a maternity service writes down of a mother when she is booked; codes, '' if missing. */
export interface MaternityBooking {
  readonly site: string;
  readonly gestation: string;
  readonly expectedDateMethod: string;
  readonly complexSocialFactors: string;
  readonly folicAcid: string;
  readonly smoking: string;
  readonly dischargeReason: string;
}

/** Sites of two trusts that serve one area, as codes that no organisation has, and two defaults for an unknown site. */
const sites = ['XT101', 'XT102', 'XT101', 'XT201', 'XT202', 'XT201'] as const;
const defaultSites = ['ZZ999', 'ZZ203'] as const;
const SITE_UNKNOWN = 0.03;
/** Share of bookings whose gestation is in weeks, not in days. */
const IN_WEEKS = 0.04;
const MOVED_AWAY = '02';

/** @param moved whether the family has moved. */
export function maternityBooking(
  { number }: Person,
  { decile, leaves }: Household,
  moved: boolean,
): MaternityBooking {
  const draw = (purpose: number) => unitOf(number, purpose);
  const among = (codes: readonly string[], purpose: number) =>
    codes[Math.floor(draw(purpose) * codes.length)] ?? '';
  const days = 56 + Math.floor(draw(1) * 42);
  return {
    site: draw(2) < SITE_UNKNOWN ? among(defaultSites, 3) : among(sites, 3),
    gestation: String(draw(4) < IN_WEEKS ? Math.round(days / 7) : days),
    expectedDateMethod: among(['scan', 'scan', 'scan', 'scan', 'last-period', 'clinical', ''], 5),
    complexSocialFactors: draw(6) < 0.08 ? '' : draw(7) < 0.22 - decile * 0.018 ? 'yes' : 'no',
    folicAcid: among(
      ['before-pregnancy', 'once-pregnant', 'once-pregnant', 'not-taken', 'not-stated', ''],
      8,
    ),
    smoking:
      draw(9) < 0.13 - decile * 0.01
        ? 'smoker'
        : among(['never-smoked', 'never-smoked', 'ex-smoker', 'not-known'], 10),
    dischargeReason: moved && leaves < Infinity ? MOVED_AWAY : '',
  };
}
