const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Ends the process with 130 at Ctrl-C, SIGTERM or SIGHUP, once `discard` has put away what is half written.
 * @returns call it when the work is done: signals act as before from then on.
 */
export function discardWhenStopped(discard: () => void): () => void {
  const stop = () => {
    discard();
    process.exit(130);
  };
  for (const signal of signals) process.on(signal, stop);
  return () => {
    for (const signal of signals) process.off(signal, stop);
  };
}
