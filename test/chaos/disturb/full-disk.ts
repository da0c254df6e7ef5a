import type { PlatformUnderTest } from '../platform/platform-under-test.js';
import type { Work } from '../work/programme.js';

export async function fillAndFreeLandingDisk(_platform: PlatformUnderTest, _work: Work): Promise<string> {
  return 'not yet';
}
