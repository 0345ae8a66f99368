/**
 * Questions that come while others are being answered are asked together: of many small ones each costs little, and one
 * that comes alone waits for nothing.
 */
export interface GroupLimits {
  /** Questions of one group. */
  readonly most: number;
  /** Groups asked at once. */
  readonly atOnce: number;
}

interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** @param ask answers in the order of the questions. Where it fails for several, each is asked alone: one at fault does not harm the others. */
export function grouped<Question, Answer>(
  { most, atOnce }: GroupLimits,
  ask: (questions: readonly Question[]) => Promise<readonly Answer[]>,
): (question: Question) => Promise<Answer> {
  const waiting: Waiting<Question, Answer>[] = [];
  let running = 0;

  const answer = async (group: readonly Waiting<Question, Answer>[]): Promise<void> => {
    try {
      const answers = await ask(group.map(({ question }) => question));
      group.forEach(({ resolve }, index) => resolve(answers[index] as Answer));
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error);
      else for (const one of group) await answer([one]);
    }
  };
  const work = async (): Promise<void> => {
    running += 1;
    while (waiting.length > 0) await answer(waiting.splice(0, most));
    running -= 1;
  };
  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      if (running < atOnce) void work();
    });
}
