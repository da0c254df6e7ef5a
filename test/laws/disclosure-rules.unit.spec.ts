import { cellRules } from '@kinledger/figures';
import { programmeDefinition } from '@kinledger/programme';
import { describe, expect, it } from 'vitest';

describe('the rules of disclosure control', () => {
  it('are those that a programme definition may name', () => {
    const { options } = programmeDefinition.shape.disclosure.unwrap();
    expect(cellRules.map(({ id }) => id)).toEqual(options);
  });
});
