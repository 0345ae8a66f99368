/** Run rules as a case states them: a set by name, a choice of its rules, other run lengths, or the rules in words. */
import { chosenRules, ruleSets, type Rule, type RuleSetName } from '#domain/spc/rule-sets.ts';
import type { Fields } from './read-case.ts';
import { stop } from './refusals.ts';

const words =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'.split(
    ' ',
  );
const numberOf = (word: string | undefined): number | null => {
  if (word === undefined) return null;
  const spelled = words.indexOf(word.toLowerCase());
  return spelled >= 0 ? spelled : /^\d+$/.test(word) ? Number(word) : null;
};
const numberPattern = `(\\d+|${words.join('|')})`;

/** One rule in words; null where they are not understood. */
export function ruleInWords(id: string, text: string): Rule | null {
  const lower = text.toLowerCase();
  const sigmas = Number(/(\d+(?:\.\d+)?)\s*(?:sigma|standard|sd\b|s\b|σ)/.exec(lower)?.[1] ?? Number.NaN);
  const some = new RegExp(`${numberPattern}\\s+(?:out\\s+)?of\\s+(?:the\\s+last\\s+)?${numberPattern}`).exec(lower);
  const [count, points] = [numberOf(some?.[1]), numberOf(some?.[2])];
  if (count !== null && points !== null)
    return Number.isFinite(sigmas) ? { id, kind: 'most-beyond', count, points, sigmas } : null;
  const run = numberOf(new RegExp(`\\b${numberPattern}\\b`).exec(lower)?.[1]);
  if (run === null) return null;
  if (/alternat/.test(lower)) return { id, kind: 'alternating', points: run };
  if (/increas|decreas|rising|falling|trend|steadily/.test(lower)) return { id, kind: 'trend', points: run };
  if (/within/.test(lower) && Number.isFinite(sigmas)) return { id, kind: 'within', points: run, sigmas };
  if (/beyond|outside|more than|greater than|none/.test(lower) && Number.isFinite(sigmas)) {
    if (run === 1) return { id, kind: 'beyond', sigmas };
    return {
      id,
      kind: 'outside',
      points: run,
      sigmas,
      bothSides: /both sides/.test(lower) && !/either|any/.test(lower),
    };
  }
  if (/side/.test(lower)) return { id, kind: 'same-side', points: run };
  return null;
}

const setOf = (name: string): RuleSetName =>
  /^w|western/i.test(name) ? 'western-electric' : /aiag/i.test(name) ? 'aiag' : 'nelson';

export function rulesOf(parameters: Fields): {
  readonly rules: readonly Rule[];
  readonly westernElectric: readonly Rule[];
  readonly aiag: readonly Rule[];
} {
  const told = parameters.find('rules')?.value;
  const set = setOf(parameters.text('ruleSet', 'set') || (typeof told === 'string' ? told : ''));
  const lengths = parameters.object('runLengths', 'runs', 'points')?.all ?? {};
  const runs = Object.fromEntries(
    Object.entries(lengths).filter((each): each is [string, number] => typeof each[1] === 'number'),
  );
  const use = Array.isArray(told) ? { use: told.map(Number) } : {};
  const base = chosenRules({ set, runs, ...use });
  if ('refused' in base) return stop(base);
  const rules =
    typeof told === 'object' && told !== null && !Array.isArray(told)
      ? inWords(told as Record<string, unknown>, base, runs)
      : base;
  const zone = chosenRules({ set: 'western-electric', use: [1, 2, 3, 4] });
  return {
    rules,
    westernElectric: 'refused' in zone ? [] : western(parameters.text('westernElectric'), rules, zone),
    aiag: ruleSets.aiag,
  };
}

/** Each rule as its words say; a run length of its own wins. Words that are not understood leave the rule of the set. */
function inWords(
  told: Record<string, unknown>,
  base: readonly Rule[],
  runs: Readonly<Record<string, number>>,
): readonly Rule[] {
  return Object.entries(told).flatMap(([id, value]): readonly Rule[] => {
    const usual = base.find((rule) => rule.id === id);
    if (value === false) return [];
    const said = typeof value === 'string' ? ruleInWords(id, value) : null;
    const rule = said ?? usual;
    if (!rule) return [];
    const points = typeof value === 'number' ? value : runs[id];
    return [points === undefined || rule.kind === 'beyond' ? rule : { ...rule, points }];
  });
}

/** "1 = rule 1; 2 = rule 5; 4 = eight consecutive points on one side". */
function western(text: string, rules: readonly Rule[], zone: readonly Rule[]): readonly Rule[] {
  return zone.map((usual) => {
    const said = new RegExp(`(?:^|[:;,]\\s*)${usual.id}\\s*=\\s*([^;]+)`).exec(text)?.[1]?.trim();
    if (said === undefined) return usual;
    const same = /^rule (\d+)$/.exec(said)?.[1];
    const rule = same === undefined ? ruleInWords(usual.id, said) : rules.find((each) => each.id === same);
    return rule ? { ...rule, id: usual.id } : usual;
  });
}
