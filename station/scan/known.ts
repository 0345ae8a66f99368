/** What this station knows of, asked of the read model at each scan. */
import type { Catalogue } from '#domain/catalogue.ts';
import { parseComponent, type ScanContext } from '#domain/scan/parse.ts';
import type { Clock } from '#station/clock.ts';
import type { ParseComponent } from '#station/core/ports.ts';
import type { ReadModelReader } from '#station/store/projection.ts';

export interface Known {
  order(orderId: string): boolean;
  /** A unit that is here, or a serial number that begins like those of an order here: the refusal then says "unknown unit". */
  unit(serial: string): boolean;
}

export function knownIn(read: ReadModelReader): Known {
  return {
    order: (orderId) => read.get('SELECT 1 AS found FROM work_order WHERE order_id = ?', orderId) !== undefined,
    unit: (serial) =>
      read.get('SELECT 1 AS found FROM unit WHERE serial = ?', serial) !== undefined ||
      read.get(
        `SELECT 1 AS found FROM work_order
         WHERE length(?) > length(state ->> 'serialPrefix') AND instr(?, state ->> 'serialPrefix') = 1`,
        serial,
        serial,
      ) !== undefined,
  };
}

export const thisYear = (clock: Clock): number => new Date(clock.now()).getUTCFullYear();

/** What a code is without asking the read model. */
export const catalogueContext = (
  catalogue: Catalogue,
  clock: Clock,
): Omit<ScanContext, 'expects' | 'isOrder' | 'isUnit'> => ({
  prefixes: catalogue.plant.scanPrefixes,
  isBadge: (text) => catalogue.personByBadge(text) !== null,
  isMaterial: (text) => catalogue.material(text) !== null,
  materialByGtin: (gtin) => catalogue.materialByGtin(gtin)?.id ?? null,
  year: thisYear(clock),
});

/** The reading of a code as a component, for the core's scan-component steps. */
export function componentParser(catalogue: Catalogue, clock: Clock): ParseComponent {
  return (code) =>
    parseComponent(code, { ...catalogueContext(catalogue, clock), isOrder: () => false, isUnit: () => false });
}
