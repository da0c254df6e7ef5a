/** A stream whose readable side is given up when its reader takes nothing for so long. */
export interface ImpatientStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  /** Ends the waiting, once the stream is done with. */
  readonly stop: () => void;
}

/** Both sides break after so many milliseconds in which nobody took a byte. */
export function impatientStream(patienceMs: number): ImpatientStream {
  const impatience = new AbortController();
  const giveUp = () => impatience.abort(new Error('nobody took a byte of the extract for too long'));
  let timer = setTimeout(giveUp, patienceMs);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const source = readable.getReader();
  impatience.signal.addEventListener('abort', () => void source.cancel(impatience.signal.reason));
  const taken = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        clearTimeout(timer);
        const { done, value } = await source.read();
        timer = setTimeout(giveUp, patienceMs);
        if (impatience.signal.aborted) controller.error(impatience.signal.reason);
        else if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => source.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return { readable: taken, writable, stop: () => clearTimeout(timer) };
}
