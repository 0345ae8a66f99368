/** What a machine does, whoever said it (docs/machine-time.md). */
export const machineStates = [
  'producing',
  'setup',
  /** Ready; nobody says why it does not run. */
  'waiting',
  'starved',
  'blocked',
  /** Stopped on purpose, at the machine. */
  'held',
  'fault',
  'maintenance',
  'off',
  /** Nobody knows. */
  'no-data',
] as const;
export type MachineState = (typeof machineStates)[number];

/** Time elements that a reason may stand for. `delay` and `down` are unplanned (ADET, ADOT of ISO 22400-2), the rest planned. */
export const reasonCategories = ['delay', 'down', 'setup', 'planned', 'maintenance', 'production'] as const;
export type ReasonCategory = (typeof reasonCategories)[number];

/** The six big losses (S. Nakajima, Introduction to TPM, 1988). */
export const bigLosses = ['breakdown', 'setup', 'minor-stop', 'speed', 'startup-reject', 'reject'] as const;
export type BigLoss = (typeof bigLosses)[number];
