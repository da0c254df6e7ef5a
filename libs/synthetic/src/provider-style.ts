import type { Random } from './random.js';

/** How a provider's case system or spreadsheet writes things: the same in all of its files. */
export interface ProviderStyle {
  readonly dates: 'british' | 'iso';
  readonly mobiles: 'plain' | 'spaced' | 'international';
  readonly nhsNumbers: 'plain' | 'spaced';
  readonly postcodes: 'printed' | 'packed' | 'lower';
  /** Saved by a spreadsheet: byte order mark, CR LF, and now and then a number where a date was. */
  readonly spreadsheet: boolean;
  /** Which of a column's header texts, and of a value's spellings, is in use; taken modulo their number. */
  readonly dialect: number;
  /** Of a source that pseudonymises: whether its program digests a cell in which nothing stands, like a value. */
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

/** What a source that pseudonymises by script writes: canonical forms under the pinned names. */
export const scriptStyle: ProviderStyle = {
  dates: 'iso',
  mobiles: 'plain',
  nhsNumbers: 'plain',
  postcodes: 'printed',
  spreadsheet: false,
  dialect: 0,
  digestsBlanks: false,
};

/** What a source writes that pseudonymises with a desktop program: every cell of a chosen column becomes a digest. */
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
