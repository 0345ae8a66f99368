import { describe, expect, it } from 'vitest';
import { readRoute, writeRoute } from './route.ts';

describe('addresses', () => {
  it.each([
    ['#/board', { screen: 'board', item: null, query: {} }],
    ['#/board/L1', { screen: 'board', item: 'L1', query: {} }],
    ['#/board/L%201', { screen: 'board', item: 'L 1', query: {} }],
    ['#/units/PMP-1?tab=facts', { screen: 'units', item: 'PMP-1', query: { tab: 'facts' } }],
  ] as const)('%s is read and written the same', (address, route) => {
    expect(readRoute(address)).toEqual(route);
    expect(writeRoute(route)).toBe(address);
  });
  it.each(['', '#', '#/nowhere', '#nonsense'])('"%s" is the overview', (address) => {
    expect(readRoute(address)).toEqual({ screen: 'lines', item: null, query: {} });
  });
});
