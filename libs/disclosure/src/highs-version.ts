/** The solver that is installed, and its version, as releases name it. */
export const HIGHS_VERSION = 'highs@1.15.3';
