/** The form of a new order: what was keyed in, and what is wrong with it. Limits are those of the contract's `orders.create`. */
export interface OrderDraft {
  readonly orderId: string;
  readonly definition: { readonly id: string; readonly revision: string; readonly material: string } | null;
  readonly quantity: number | null;
  readonly serialPrefix: string;
  readonly dueAt: number | null;
}

export type DraftField = 'definition' | 'orderId' | 'quantity' | 'serialPrefix';
export type DraftFault = 'missing' | 'characters' | 'too-long' | 'range';

export const orderIdLimit = 40;
export const prefixLimit = 24;
export const quantityLimit = 1_000_000;
const allowed = /^[A-Za-z0-9._-]*$/;

function textFault(text: string, limit: number): DraftFault | null {
  if (text === '') return 'missing';
  if (!allowed.test(text)) return 'characters';
  return text.length > limit ? 'too-long' : null;
}

/** The first fault of each field, in the order of the form; empty when the order can be sent. */
export function draftFaults(draft: OrderDraft): readonly { readonly field: DraftField; readonly fault: DraftFault }[] {
  const faults: { field: DraftField; fault: DraftFault }[] = [];
  const add = (field: DraftField, fault: DraftFault | null): void => {
    if (fault !== null) faults.push({ field, fault });
  };
  add('definition', draft.definition === null ? 'missing' : null);
  add('orderId', textFault(draft.orderId, orderIdLimit));
  add(
    'quantity',
    draft.quantity === null
      ? 'missing'
      : Number.isInteger(draft.quantity) && draft.quantity >= 1 && draft.quantity <= quantityLimit
        ? null
        : 'range',
  );
  add('serialPrefix', textFault(draft.serialPrefix, prefixLimit));
  return faults;
}

/** What serial numbers of this material usually begin with: the material's id and a dash, as far as it may be used. */
export function suggestedPrefix(material: string): string {
  const letters = [...material].filter((letter) => allowed.test(letter)).join('');
  return letters === '' ? '' : `${letters.slice(0, prefixLimit - 1)}-`;
}

/** Share done, 0 to 1, for the bar. */
export function share(done: number, quantity: number): number {
  return quantity <= 0 ? 0 : Math.min(1, Math.max(0, done / quantity));
}
