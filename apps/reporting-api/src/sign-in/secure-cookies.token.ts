/** Whether people reach the pages over https, as the configuration says: a request’s headers do not decide it. */
export const SECURE_COOKIES = Symbol('secure cookies');
