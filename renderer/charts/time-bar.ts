/**
 * How a stretch of time looks on a bar: it ran, was set up, was lost, waited for others before it or behind it, was down, was
 * broken, was not planned, or is not known.
 */
export type BarLook = 'run' | 'setup' | 'loss' | 'starved' | 'blocked' | 'down' | 'bad' | 'planned' | 'unknown';
