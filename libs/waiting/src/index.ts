export { BackOff, pauseAfter, type BackOffSettings } from './back-off.js';
export { isAborted, pauseUnlessAborted } from './pause.js';
export { shared } from './shared.js';
export { WakeUp, type WaitLimits } from './wake-up.js';
