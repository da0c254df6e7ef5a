/** Gives the present instant. Passed as an argument, so that a test can choose the day. */
export type Clock = () => Date;

/** Injection token of the `Clock`. */
export const CLOCK = Symbol('clock');

export const systemClock: Clock = () => new Date();
