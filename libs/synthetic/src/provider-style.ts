import type { Random } from './random.js';

/** The style of a provider's case system or spreadsheet, the same in all of its files. */
export interface ProviderStyle {
  readonly dates: 'british' | 'iso';
  readonly mobiles: 'plain' | 'spaced' | 'international';
  readonly nhsNumbers: 'plain' | 'spaced';
  readonly postcodes: 'printed' | 'packed' | 'lower';
  /** Whether a spreadsheet saves its files: with byte order mark, CR LF, and sometimes a number in place of a date. */
  readonly spreadsheet: boolean;
  /** Index of the header text and the spelling of values in use, modulo their number. */
  readonly dialect: number;
  /** For a source that pseudonymises: whether its program digests an empty cell like a value. */
  readonly digestsBlanks: boolean;
}

export function drawStyle(random: Random): ProviderStyle {
  return {
    dates: random.chance(0.6) ? 'british' : 'iso',
    mobiles: random.pick(['plain', 'plain', 'spaced', 'international'] as const),
    nhsNumbers: random.pick(['plain', 'spaced'] as const),
    postcodes: random.pick(['printed', 'printed', 'packed', 'lower'] as const),
    spreadsheet: random.chance(0.5),
    dialect: random.below(1000),
    digestsBlanks: false,
  };
}

/** The style of a source that pseudonymises by script: canonical forms under the pinned names. */
export const scriptStyle: ProviderStyle = {
  dates: 'iso',
  mobiles: 'plain',
  nhsNumbers: 'plain',
  postcodes: 'printed',
  spreadsheet: false,
  dialect: 0,
  digestsBlanks: false,
};

/** The style of a source that pseudonymises with a desktop program, which digests every cell of a chosen column. */
export const programStyle: ProviderStyle = { ...scriptStyle, digestsBlanks: true };

export function styledMobile(mobile: string, { mobiles }: ProviderStyle): string {
  switch (mobiles) {
    case 'plain':
      return mobile;
    case 'spaced':
      return `${mobile.slice(0, 5)} ${mobile.slice(5)}`;
    case 'international':
      return `+44 ${mobile.slice(1, 5)} ${mobile.slice(5)}`;
  }
}

export const styledNhsNumber = (number: string, { nhsNumbers }: ProviderStyle): string =>
  nhsNumbers === 'plain' ? number : `${number.slice(0, 3)} ${number.slice(3, 6)} ${number.slice(6)}`;

export function styledPostcode(postcode: string, { postcodes }: ProviderStyle): string {
  switch (postcodes) {
    case 'printed':
      return postcode;
    case 'packed':
      return postcode.replace(' ', '');
    case 'lower':
      return postcode.toLowerCase();
  }
}
