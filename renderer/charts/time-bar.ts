/** How a stretch of time looks on a bar: it ran, was set up, was lost, was down, was broken, was not planned, or is not known. */
export type BarLook = 'run' | 'setup' | 'loss' | 'down' | 'bad' | 'planned' | 'unknown';
