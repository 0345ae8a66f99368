/** Ages in a reason are as of the moment it was judged; on the screen they go on. Pure. */
import type { Reason } from '#contract/refusal.ts';

const ages = ['sinceMs', 'silentMs', 'ageMs'];

/** @param byMs time since the reason was judged; negative counts as none. */
export function aged({ code, params }: Reason, byMs: number): Reason {
  if (byMs <= 0) return { code, params };
  return {
    code,
    params: Object.fromEntries(
      Object.entries(params).map(([name, value]) => [
        name,
        ages.includes(name) && typeof value === 'number' ? value + byMs : value,
      ]),
    ),
  };
}
