/** Which tags are asked for together. Pure. */
import type { TagBinding } from '#contract/driver.ts';
import type { Address, Table } from './address.ts';

export interface Wanted {
  readonly tag: number;
  readonly binding: TagBinding;
  readonly address: Address;
  /** The unit asked. */
  readonly unit: number;
  /** How often, in ms. */
  readonly everyMs: number;
}
/** One request and the tags that its answer feeds. */
export interface Group {
  readonly unit: number;
  readonly table: Table;
  readonly start: number;
  readonly length: number;
  readonly everyMs: number;
  readonly wanted: readonly Wanted[];
}
export interface GroupLimits {
  readonly maxRegisters: number;
  readonly maxBits: number;
  /** Registers (or, times 16, bits) that nobody wants and that are read all the same to save a request. */
  readonly maxGap: number;
}

/** As few requests as gaps and limits allow; a tag is never cut in two. */
export function groupTags(wanted: readonly Wanted[], limits: GroupLimits): Group[] {
  const sorted = wanted.toSorted(
    (a, b) =>
      a.unit - b.unit ||
      a.address.table.localeCompare(b.address.table) ||
      a.everyMs - b.everyMs ||
      a.address.start - b.address.start ||
      a.tag - b.tag,
  );
  const groups: Group[] = [];
  for (const one of sorted) {
    const { table, start, length } = one.address;
    const last = groups.at(-1);
    const ofBits = table === 'coil' || table === 'discrete';
    if (last && last.unit === one.unit && last.table === table && last.everyMs === one.everyMs) {
      const end = Math.max(last.start + last.length, start + length);
      const gap = start - (last.start + last.length);
      const fits = end - last.start <= (ofBits ? limits.maxBits : limits.maxRegisters);
      if (fits && gap <= limits.maxGap * (ofBits ? 16 : 1)) {
        groups[groups.length - 1] = { ...last, length: end - last.start, wanted: [...last.wanted, one] };
        continue;
      }
    }
    groups.push({ unit: one.unit, table, start, length, everyMs: one.everyMs, wanted: [one] });
  }
  return groups;
}

/**
 * What to ask instead when the device refused a group, so that one wrong address or a hole that it does not have leaves
 * the others alone: without gaps first, then by halves. @returns one group where it cannot be cut any more.
 */
export function splitGroup(group: Group, limits: GroupLimits): Group[] {
  const dense = groupTags(group.wanted, { ...limits, maxGap: 0 });
  if (dense.length > 1 || group.wanted.length < 2) return dense;
  const middle = group.wanted.length >> 1;
  return [...groupTags(group.wanted.slice(0, middle), limits), ...groupTags(group.wanted.slice(middle), limits)];
}
