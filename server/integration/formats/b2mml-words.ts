/**
 * Names of B2MML, the XML of ISA-95. Production schedules and performances are those of V0600, the last version that has
 * them (namespace `.../B2MML-V0600`); job lists and job responses are those of V0700 (namespace `.../B2MML`). Read from
 * the schema files of MESA International; order of elements as in their `xsd:sequence`.
 * "The Business To Manufacturing Markup Language (B2MML) is used courtesy of MESA International."
 */
import type { ErpOrderStatus } from '#contract/integration/words.ts';

export const b2mmlNamespaces = {
  production: 'http://www.mesa.org/xml/B2MML-V0600',
  job: 'http://www.mesa.org/xml/B2MML',
} as const;

/**
 * RequestState of a production request (V0600: Forecast, Released, Other; the rest came with V0700). null: no wish.
 */
export const requestStates: Readonly<Record<string, ErpOrderStatus | null>> = {
  Forecast: 'created',
  Waiting: 'created',
  Released: 'released',
  Ready: 'released',
  Running: 'released',
  Held: 'held',
  Suspended: 'held',
  Cancelled: 'closed',
  Completed: 'closed',
  Aborted: 'closed',
  Closed: 'closed',
  Other: null,
};

/** DispatchStatus of a job order (B2MML-Common, JobOrderDispatchStatus1Type). */
export const dispatchStatuses: Readonly<Record<string, ErpOrderStatus | null>> = {
  Waiting: 'created',
  Pending: 'created',
  Dispatched: 'released',
  Ready: 'released',
  Running: 'released',
  Held: 'held',
  Suspended: 'held',
  Cancelled: 'closed',
  Completed: 'closed',
  Aborted: 'closed',
  Closed: 'closed',
  Other: null,
};

/** Command of a job order (JobOrderCommand1Type). Reset has no meaning for an order here. */
export const jobCommands: Readonly<Record<string, ErpOrderStatus | null>> = {
  Start: 'released',
  Restart: 'released',
  Resume: 'released',
  Hold: 'held',
  Pause: 'held',
  Stop: 'closed',
  Abort: 'closed',
  Other: null,
};

/** MaterialUse that mark what an order makes, among those of both versions. */
export const producedUses: readonly string[] = ['Produced', 'Material Produced', 'Yield Produced'];

/** Units of measure that mean pieces: UN/ECE C62 and H87, and what ERP systems write. */
export const pieceUnits: readonly string[] = ['', '1', 'C62', 'H87', 'EA', 'PC', 'PCE', 'PCS', 'PIECE', 'ST', 'STK'];

/** EquipmentElementLevel that is a line (ISA-95 work centre), as against what is above and below it. */
export const lineLevels: readonly string[] = [
  '',
  'WorkCenter',
  'ProductionLine',
  'ProductionUnit',
  'ProcessCell',
  'Other',
];
