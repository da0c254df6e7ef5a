/** A sealed chunk or wrapped key was changed, moved to another place, or made with another key. */
export interface NotAuthentic extends Error {
  readonly code: 'landing-not-authentic';
  readonly what: string;
}

/** Nothing is stored of a file: it never arrived, or was deleted. */
export interface LandingFileGone extends Error {
  readonly code: 'landing-file-gone';
  readonly upload: string;
}

const guard =
  <E extends Error & { readonly code: string }>(code: E['code']) =>
  (error: unknown): error is E =>
    error instanceof Error && 'code' in error && error.code === code;

export const isNotAuthentic = guard<NotAuthentic>('landing-not-authentic');
export const isLandingFileGone = guard<LandingFileGone>('landing-file-gone');

export const notAuthentic = (what: string): NotAuthentic =>
  Object.assign(
    new Error(`${what} cannot be opened: it was changed or moved, or was made with another key`),
    {
      code: 'landing-not-authentic' as const,
      what,
    },
  );

export const landingFileGone = (upload: string): LandingFileGone =>
  Object.assign(new Error(`the landing store contains nothing of upload ${upload}`), {
    code: 'landing-file-gone' as const,
    upload,
  });
