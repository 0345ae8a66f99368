/** Invented series, the same at each run. */

/** mulberry32, and normal values of it (Box and Muller). */
function chance(seed) {
  let a = seed;
  const uniform = () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
const start = Date.UTC(2026, 10, 2, 5);

/** A bore whose tool wears: two phases, a signal at the end, an excluded point, a point measured again, notes. */
export function bore(count = 72) {
  const normal = chance(7);
  const groups = Array.from({ length: count }, (_, i) => {
    const drift = i > 58 ? (i - 58) * 0.0022 : 0;
    return Array.from({ length: 3 }, () => 24.004 + drift + normal() * (i < 30 ? 0.006 : 0.004));
  });
  const mean = (values) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const values = Float64Array.from(groups, mean);
  const ranges = Float64Array.from(groups, (g) => Math.max(...g) - Math.min(...g));
  const phase = (from, to, name, sigma) => ({
    location: { from, to, name, center: 24.004, lower: 24.004 - 3 * sigma, upper: 24.004 + 3 * sigma, sigma },
    spread: { from, to, name, center: 2.93 * sigma, lower: null, upper: 7.54 * sigma, sigma: 1.54 * sigma },
  });
  const phases = count === 0 ? [] : [phase(0, 30, '1', 0.0035), phase(30, Number.MAX_SAFE_INTEGER, '2', 0.0023)];
  const at = Float64Array.from(groups, (_, i) => start + i * 900_000);
  return {
    title: 'Bore B · ST10',
    at,
    location: { name: 'x̄', unit: 'mm', decimals: 3, values, phases: phases.map((p) => p.location) },
    spread: { name: 'R', unit: 'mm', decimals: 3, values: ranges, phases: phases.map((p) => p.spread) },
    marks:
      count === 0
        ? new Map()
        : new Map([
            [12, { excluded: 'Chip in the jaw' }],
            [33, { replaced: true }],
            [41, { note: 'New batch of housings' }],
            [count - 1, { outOfTolerance: true }],
          ]),
    signals:
      count === 0
        ? []
        : [
            { track: 'location', rule: '5', at: 65, members: [64, 65] },
            { track: 'location', rule: '1', at: 67, members: [67] },
            { track: 'location', rule: '3', at: 69, members: [64, 65, 66, 67, 68, 69] },
            { track: 'location', rule: '1', at: 69, members: [69] },
          ],
    singles: {
      values: groups.flat(),
      unit: 'mm',
      decimals: 3,
      lower: 23.98,
      upper: 24.03,
      nominal: 24,
      fit: count === 0 ? null : { mean: 24.0062, deviation: 0.0078 },
    },
  };
}

/** Share of rejects in lots of unlike sizes: limits of their own for each point. */
export function share() {
  const normal = chance(3);
  const sizes = Array.from({ length: 40 }, (_, i) => 80 + ((i * 37) % 5) * 60);
  const values = Float64Array.from(sizes, (n) => Math.max(0, 0.06 + normal() * Math.sqrt((0.06 * 0.94) / n)));
  values[17] = Number.NaN;
  const reach = sizes.map((n) => 3 * Math.sqrt((0.06 * 0.94) / n));
  return {
    title: 'Rejects · L1',
    at: Float64Array.from(sizes, (_, i) => start + i * 86_400_000),
    location: {
      name: 'p',
      unit: '1',
      decimals: 2,
      values,
      phases: [],
      varying: {
        center: sizes.map(() => 0.06),
        lower: reach.map((r) => Math.max(0, 0.06 - r)),
        upper: reach.map((r) => 0.06 + r),
      },
    },
    spread: null,
    marks: new Map(),
    signals: [],
  };
}

/** A long series with limits, zones and about as many signals as eight rules raise by chance. */
export function long(count, seed = 1) {
  const normal = chance(seed);
  const values = Float64Array.from({ length: count }, () => 10 + normal() * 0.1);
  const x = Float64Array.from({ length: count }, (_, i) => i);
  const at = Float64Array.from({ length: count }, (_, i) => start + i * 1_000);
  const signals = [];
  for (let i = 14; i < count; i += 92)
    signals.push({
      track: 'location',
      rule: String(1 + (i % 8)),
      at: i,
      members: Array.from({ length: 9 }, (_, j) => i - 8 + j),
    });
  const marks = new Map();
  const phases = [
    { from: 0, to: count >> 1, name: '1', center: 10, lower: 9.7, upper: 10.3, sigma: 0.1 },
    { from: count >> 1, to: Number.MAX_SAFE_INTEGER, name: '2', center: 10, lower: 9.7, upper: 10.3, sigma: 0.1 },
  ];
  return {
    x,
    values,
    upTo: (n) => ({
      title: 'Long',
      at: at.subarray(0, n),
      location: { name: 'x', unit: 'mm', decimals: 2, values: values.subarray(0, n), phases },
      spread: null,
      marks,
      signals,
    }),
  };
}
