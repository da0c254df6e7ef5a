import type { DynamicModule } from '@nestjs/common';
import { PageRenderer } from './page-renderer.js';
import { PAGES, type PagesOfService } from './pages.js';
import { SECURE_COOKIES } from './sign-in/secure-cookies.token.js';
import { SignInLinkPage } from './sign-in/sign-in-link.page.js';
import { SignInLinksController } from './sign-in/sign-in-links.controller.js';
import { SignInPage } from './sign-in/sign-in.page.js';

export interface PagesModuleOptions {
  readonly pages: PagesOfService;
  /** The address at which people reach the pages, where it is configured. */
  readonly publicUrl: string | undefined;
}

/** Lets a service's controllers inject `PageRenderer`, and signs browsers in. */
export class PagesModule {
  static forRoot({ pages, publicUrl }: PagesModuleOptions): DynamicModule {
    return {
      module: PagesModule,
      global: true,
      controllers: [SignInPage, ...(pages.signInLinks ? [SignInLinkPage, SignInLinksController] : [])],
      providers: [
        { provide: PAGES, useValue: pages },
        { provide: SECURE_COOKIES, useValue: publicUrl?.startsWith('https:') ?? false },
        PageRenderer,
      ],
      exports: [PageRenderer],
    };
  }
}
