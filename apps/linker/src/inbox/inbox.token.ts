/** Injection token of the `Inbox`. */
export const INBOX = Symbol('inbox');
