import { describe, expect, it } from 'vitest';
import { orders } from '#contract/rpc/orders.ts';
import { draftFaults, share, suggestedPrefix, type OrderDraft } from './order-draft.ts';

const good: OrderDraft = {
  orderId: 'WO-1',
  definition: { id: 'PMP-100', revision: 'C', material: 'PMP-100' },
  quantity: 10,
  serialPrefix: 'PMP100-',
  dueAt: null,
};
const faultsOf = (change: Partial<OrderDraft>): string[] =>
  draftFaults({ ...good, ...change }).map(({ field, fault }) => `${field} ${fault}`);

describe('the form of a new order', () => {
  it('lets a good one through', () => expect(draftFaults(good)).toEqual([]));
  it('names every field that is wrong, in the order of the form', () => {
    expect(faultsOf({ definition: null, orderId: '', quantity: null, serialPrefix: '' })).toEqual([
      'definition missing',
      'orderId missing',
      'quantity missing',
      'serialPrefix missing',
    ]);
  });
  it('holds what the contract holds', () => {
    const input = orders.create['~orpc'].inputSchema;
    const accepts = (draft: OrderDraft): boolean =>
      input !== undefined &&
      'safeParse' in input &&
      (input as { safeParse(value: unknown): { success: boolean } }).safeParse({
        commandId: '12345678',
        orderId: draft.orderId,
        definitionId: draft.definition?.id,
        revision: draft.definition?.revision,
        quantity: draft.quantity,
        dueAt: draft.dueAt,
        serialPrefix: draft.serialPrefix,
      }).success;
    const changes: Partial<OrderDraft>[] = [
      {},
      { orderId: 'WO 1' },
      { orderId: 'Ä' },
      { orderId: 'x'.repeat(40) },
      { orderId: 'x'.repeat(41) },
      { quantity: 0 },
      { quantity: 1.5 },
      { quantity: 1_000_000 },
      { quantity: 1_000_001 },
      { serialPrefix: 'x'.repeat(24) },
      { serialPrefix: 'x'.repeat(25) },
      { serialPrefix: 'a/b' },
    ];
    for (const change of changes) {
      const draft = { ...good, ...change };
      expect([change, draftFaults(draft).length === 0]).toEqual([change, accepts(draft)]);
    }
  });
});

describe('small things', () => {
  it('suggests a prefix that is allowed', () => {
    expect(suggestedPrefix('PMP-100')).toBe('PMP-100-');
    expect(suggestedPrefix('x'.repeat(60))).toHaveLength(24);
    expect(suggestedPrefix('äöü')).toBe('');
  });
  it('keeps the bar between nothing and full', () => {
    expect(share(3, 12)).toBe(0.25);
    expect(share(13, 12)).toBe(1);
    expect(share(0, 0)).toBe(0);
  });
});
