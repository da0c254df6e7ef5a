/** What of jStat is used: the package has no types of its own. */
declare module 'jstat' {
  /** Quantiles of Student’s t and of the normal distribution. */
  interface Distributions {
    readonly studentt: { inv(probability: number, degreesOfFreedom: number): number };
    readonly normal: { inv(probability: number, mean: number, deviation: number): number };
  }
  const distributions: Distributions;
  export default distributions;
}
