/** A segment with a mark of what is stored, by which a change in between is noticed. */
export interface MarkedSegment {
  readonly revision: number;
  /** The row chunk. */
  readonly bytes: Uint8Array;
  readonly mark: string;
}

/** The bodies beside ledgers for a rotation of keys, which only the eraser may change. */
export interface BodiesToRekey {
  /** Segments of a stream in the order of their revisions, a bounded number. @param after and @param upTo as revisions. */
  page(stream: string, after: number, upTo: number): Promise<MarkedSegment[]>;
  /**
   * Replaces the bytes of segments, all or none.
   * @throws Error if one of them was changed since it was read, for example by an erasure.
   */
  replace(stream: string, segments: readonly MarkedSegment[]): Promise<void>;
}

/** Segments of one page, of up to 256 KiB each. */
export const SEGMENTS_PER_PAGE = 32;

export const bodiesChanged = (stream: string): Error =>
  new Error(`bodies of ${stream} were changed while they were re-keyed: they are read again`);
