/** A place of the navigation. What lies below its address is pages too. */
export interface PageSection {
  /** Such as `/reach`. */
  readonly href: string;
  readonly text: string;
}

/** What the pages of a service have in common; each service makes one value of it. */
export interface PagesOfService {
  /** Beside the name of the product, where a page names no programme. */
  readonly serviceName: string;
  /** The navigation; the first section is the home page. */
  readonly sections: readonly [PageSection, ...PageSection[]];
  /** Folder of the service's own views. They extend `layout.njk`. */
  readonly views: string;
  /** Folder of the service's own style sheets and pictures, and which of its style sheets every page has. */
  readonly assets?: { readonly folder: string; readonly styles: readonly string[] };
  /** What the foot of every page says. */
  readonly footer: string;
  /** Headings of problem pages by status, where the kit's do not fit. */
  readonly headings?: Readonly<Record<number, string>>;
  /** Routes of the service's own forms. */
  readonly forms?: readonly string[];
  /** Whether one-time links sign browsers in: then the form says how to get one. */
  readonly signInLinks: boolean;
}

/** Injection token of the service's `PagesOfService`. */
export const PAGES = Symbol('pages of the service');

const signInPaths = ['/sign-in', '/sign-out'] as const;

/** The home page of the service. */
export const homeOf = ({ sections }: PagesOfService): string => sections[0].href;

/** Whether an address is a page, so that its problems are pages too unless the caller asks for JSON. */
export function isPage({ sections }: PagesOfService, address: string): boolean {
  const [path = ''] = address.split('?', 1);
  return (
    path === '/' ||
    [...signInPaths, ...sections.map(({ href }) => href)].some(
      (root) => path === root || path.startsWith(`${root}/`),
    )
  );
}
