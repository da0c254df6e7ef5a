import type { SubmissionId } from '@kinledger/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { carerEmail, childKey, email, LinkageWorld, type RowSpec } from './testing/linkage-world.js';

const user = 'peep.user';

/** An adult whose email is the row’s id. */
const carer = (id: string): RowSpec => ({ id, tokens: [email(id)] });
const childOf = (id: string, ...carers: string[]): RowSpec => ({
  ...{ id, role: 'child', tokens: [childKey(id), ...carers.map(carerEmail)] },
});

// The expected ids were worked out by hand from ADR 0019.
describe('the id of a family', () => {
  let world: LinkageWorld;
  let files: number;
  beforeEach(() => {
    world = new LinkageWorld([{ scope: 'early', services: ['stay'] }]);
    files = 0;
  });

  const file = (rows: readonly RowSpec[], dataset = user): SubmissionId =>
    world.submit({ dataset, sequence: ++files, rows });
  const familyOf = (id: string, scope = 'programme', dataset = user): string | undefined => {
    const individual = world.whereIs(dataset, id);
    return [...world.reader.families].find(
      ([, family]) => family.scope === scope && family.members.has(individual),
    )?.[0];
  };
  const dissolved = () =>
    world.told().flatMap((event) => (event.type === 'FamilyDissolved' ? [event.data.into ?? 'nothing'] : []));

  it('stays when somebody joins or leaves', () => {
    file([carer('a'), childOf('c', 'a')]);
    const family = familyOf('a');
    const more = file([childOf('d', 'a')]);
    expect([familyOf('a'), familyOf('c'), familyOf('d')]).toEqual([family, family, family]);
    world.withdraw(more);
    expect([familyOf('a'), familyOf('c'), familyOf('d')]).toEqual([family, family, undefined]);
    expect(dissolved()).toEqual([]);
  });

  it('is that of the family linked first, when two become one', () => {
    file([carer('a'), childOf('c', 'a')]);
    file([carer('b'), childOf('d', 'b')]);
    const [older, younger] = [familyOf('a'), familyOf('b')];
    expect(older).not.toBe(younger);
    file([childOf('both', 'a', 'b')]);
    expect(['a', 'b', 'c', 'd', 'both'].map((id) => familyOf(id))).toEqual(Array(5).fill(older));
    expect(dissolved()).toEqual([older]);
  });

  it('stays with the part of the individual registered first, when a family parts; the other part is a new family', () => {
    file([carer('a'), childOf('c', 'a')]);
    file([carer('b'), childOf('d', 'b')]);
    const [older, younger] = [familyOf('a'), familyOf('b')];
    const both = file([childOf('both', 'a', 'b')]);
    world.withdraw(both);
    expect([familyOf('a'), familyOf('c')]).toEqual([older, older]);
    expect(familyOf('b')).toBe(familyOf('d'));
    expect([older, younger, undefined]).not.toContain(familyOf('b'));
  });

  it('depends on which family was linked first, not on whose member was registered first', () => {
    // The adult of the younger family was registered before anybody in the older one.
    file([carer('b')]);
    file([carer('a'), childOf('c', 'a')]);
    const older = familyOf('a');
    file([childOf('d', 'b')]);
    file([childOf('both', 'a', 'b')]);
    expect(familyOf('b')).toBe(older);
  });

  it('passes over the member registered first if that one is in no family any more', () => {
    const first = file([carer('a')]);
    file([carer('b'), childOf('c', 'a', 'b'), childOf('d', 'b')]);
    const family = familyOf('a');
    world.withdraw(first);
    expect(familyOf('a')).toBeUndefined();
    expect([familyOf('b'), familyOf('c'), familyOf('d')]).toEqual([family, family, family]);
  });

  it('does not come back with its members', () => {
    file([carer('a')]);
    const child = file([childOf('c', 'a')]);
    const family = familyOf('a');
    world.withdraw(child);
    expect(dissolved()).toEqual(['nothing']);
    file([childOf('c', 'a')]);
    expect(familyOf('a')).toBe(familyOf('c'));
    expect([family, undefined]).not.toContain(familyOf('a'));
  });

  it('follows a member whom another individual absorbs', () => {
    // The mother has two addresses. She is two individuals until a row holds both.
    file([carer('a')]);
    file([carer('b'), childOf('c', 'b')]);
    const family = familyOf('b');
    file([{ id: 'both', tokens: [email('a'), email('b')] }]);
    expect(world.reader.forwards.size).toBe(1);
    expect([familyOf('a'), familyOf('b'), familyOf('c')]).toEqual([family, family, family]);
    expect(dissolved()).toEqual([]);
  });

  it('differs between scopes, and changes in each independently', () => {
    const service = 'stay.user';
    file([carer('a'), childOf('c', 'a')], service);
    file([carer('b'), childOf('d', 'b')], service);
    const [inProgramme, inScope] = [familyOf('a', 'programme', service), familyOf('a', 'early', service)];
    expect(inProgramme).not.toBe(inScope);
    // A row from another service joins the two families in the programme. It is no evidence in the scope.
    file([childOf('both', 'a', 'b')]);
    expect(familyOf('b', 'programme', service)).toBe(inProgramme);
    expect([inScope, undefined]).not.toContain(familyOf('b', 'early', service));
  });
});
