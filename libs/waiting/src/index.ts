export { BackOff, pauseAfter, type BackOffSettings } from './back-off.js';
export { isAborted, pauseUnlessAborted } from './pause.js';
export { singleFlight } from './single-flight.js';
export { within } from './within.js';
export { WakeUp, type WaitLimits } from './wake-up.js';
