/** Lets a number of files in at once; the others wait at the door, unread, in the order in which they came. */
export class Turnstile {
  private readonly waiting: ((entered: boolean) => void)[] = [];
  private inside = 0;

  constructor(
    private readonly places: number,
    private readonly patienceMs: number,
  ) {}

  get occupied(): number {
    return this.inside;
  }

  /** Resolves true with a place, which the caller gives back by `leave`; false when none became free in time. */
  async enter(): Promise<boolean> {
    if (this.inside < this.places) {
      this.inside += 1;
      return true;
    }
    return new Promise((resolve) => {
      const admit = (entered: boolean) => {
        clearTimeout(timer);
        resolve(entered);
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(admit), 1);
        resolve(false);
      }, this.patienceMs);
      this.waiting.push(admit);
    });
  }

  /** Gives a place back: to who waits longest, if anybody does. */
  leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.inside -= 1;
    else next(true);
  }
}
