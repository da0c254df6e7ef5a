/** The page to show after signing in: the requested one, or home if the address leads to another host. */
export function pageToGoTo(asked: string | undefined, home: string): string {
  const isOurs = asked !== undefined && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(asked);
  return isOurs && !asked.startsWith('/sign-') ? asked : home;
}
