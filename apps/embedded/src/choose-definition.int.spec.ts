import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseDefinition } from './choose-definition.js';

describe('the definition that a start uses', () => {
  let folder: string;
  let own: string;
  const leap = '/checkout/programmes/leap';
  const chosen = (wishes: Parameters<typeof chooseDefinition>[1], environment: NodeJS.ProcessEnv = {}) =>
    chooseDefinition(own, wishes, environment, leap);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kinledger-choice-'));
    own = join(folder, 'definition');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is that of the option, else of the variable, else the home’s own, else that of the checkout', () => {
    const variable = { KINLEDGER_PROGRAMME_DIR: '/of/variable' };
    expect(chosen({}).named).toBe(leap);
    expect(chosen({}, { KINLEDGER_PROGRAMME_DIR: '' }).named).toBe(leap);
    mkdirSync(own);
    expect(chosen({}).named).toBe(own);
    expect(chosen({}, variable).named).toBe('/of/variable');
    expect(chosen({ programme: '/of/option' }, variable).named).toBe('/of/option');
  });

  it('becomes the home’s own if a strategy is chosen, or the home has its own already', () => {
    expect(chosen({ programme: '/of/option' }).becomesOwn).toBe(false);
    expect(chosen({ strategy: { name: 'kin-1' } }).becomesOwn).toBe(true);
    mkdirSync(own);
    expect(chosen({ programme: '/of/option' }).becomesOwn).toBe(true);
    expect(chosen({}, { KINLEDGER_PROGRAMME_DIR: '/of/variable' }).becomesOwn).toBe(true);
    expect(chosen({}).becomesOwn).toBe(false);
  });

  it('is kept where the home’s data is deleted, only if it is named', () => {
    mkdirSync(own);
    expect(chosen({ fresh: true })).toEqual({ named: leap, becomesOwn: false });
    expect(chosen({ fresh: true, programme: '/of/option' }).becomesOwn).toBe(false);
    expect(chosen({ fresh: true, programme: own })).toEqual({ named: own, becomesOwn: true });
    symlinkSync(own, join(folder, 'link'));
    expect(chosen({ fresh: true, programme: join(folder, 'link') }).becomesOwn).toBe(true);
  });
});
