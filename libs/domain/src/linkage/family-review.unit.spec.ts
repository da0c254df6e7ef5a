import { describe, expect, it } from 'vitest';
import { email, LinkageWorld, nhs } from './testing/linkage-world.js';

const user = 'peep.user';

describe('the review of a family', () => {
  const families = (world: LinkageWorld, scope: string) =>
    [...world.reader.families.values()]
      .filter((family) => family.scope === scope)
      .map(({ members, review }) => [members.size, review]);
  const household = (adults: number) => {
    const world = new LinkageWorld([{ scope: 'early', services: ['peep'] }]);
    const names = Array.from({ length: adults }, (_, number) => `e${number}`);
    world.submit({
      dataset: user,
      rows: [
        ...names.map((name) => ({ id: name, tokens: [email(name)] })),
        {
          id: 'child',
          role: 'child' as const,
          tokens: [nhs('1'), ...names.map((name) => ['email', 'carer', name] as const)],
        },
      ],
    });
    return world;
  };

  it.each([
    [4, 'is not asked for', false],
    [5, 'is asked for', true],
  ])('of %i adults %s, in the programme and in a scope', (adults, _, review) => {
    const world = household(adults);
    expect(families(world, 'programme')).toEqual([[adults + 1, review]]);
    expect(families(world, 'early')).toEqual([[adults + 1, review]]);
  });
});
