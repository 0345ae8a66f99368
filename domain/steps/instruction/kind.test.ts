import { beforeEach, describe, expect, it } from 'vitest';
import { current, fresh, types, world } from '../test-kit.ts';

beforeEach(fresh);

describe('instruction', () => {
  it('is confirmed and passes', () => {
    world.do({ type: 'execution.start', serial: 'P-0001' });
    expect(types(world.act({ type: 'instruction', do: 'confirm' }))).toEqual([
      'instruction.confirmed',
      'step.passed',
      'step.started',
    ]);
    expect(current()).toBe('housing');
  });
});
