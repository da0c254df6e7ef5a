/** The page of ours to show after signing in: an address that leads elsewhere is not followed. */
export function pageToGoTo(asked: string | undefined): string {
  const isOurs = asked !== undefined && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(asked);
  return isOurs && !asked.startsWith('/sign-') ? asked : '/reach';
}
