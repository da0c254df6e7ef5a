/** The present instant. An argument wherever the calendar matters, so that a test chooses its day. */
export type Clock = () => Date;

/** Injection token of the `Clock`. */
export const CLOCK = Symbol('clock');

export const systemClock: Clock = () => new Date();
