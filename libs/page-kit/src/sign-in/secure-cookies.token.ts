/** Whether people reach the pages over https, by configuration and never by a request’s headers. */
export const SECURE_COOKIES = Symbol('secure cookies');
