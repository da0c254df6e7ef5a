import type { LocalConnection } from '@kinledger/contracts';

/** The address of the pages: a link that signs one browser in, or a plain one if the operator's account has ended. */
export async function pagesLink({ services, tokens }: LocalConnection): Promise<string> {
  const pages = services['reporting-api'];
  try {
    const answer = await fetch(new URL('/v1/sign-in-links', pages), {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.operator}` },
    });
    if (!answer.ok) return pages;
    const { path } = (await answer.json()) as { path: string };
    return new URL(path, pages).href;
  } catch {
    return pages;
  }
}
