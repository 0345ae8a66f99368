/** The bottom edge: one primary action and a few others, told by whatever screen is up. */
export interface FooterAction {
  /** Says exactly what will happen. */
  readonly label: string;
  /** Resolves when the answer is there; until then it cannot be pressed again. */
  run(): Promise<unknown> | void;
  readonly enabled?: boolean;
}
export interface PrimaryAction extends FooterAction {
  /**
   * What the act is about. When it changes, taps are ignored for a moment, so that a double tap does not act on what
   * has just come under the finger.
   */
  readonly about: string;
}
export interface FooterContent {
  readonly primary: PrimaryAction | null;
  readonly actions?: readonly FooterAction[];
}

class Footer {
  content = $state.raw<FooterContent | null>(null);
}
export const footer = new Footer();

/** In a component's script: what the bottom edge offers while this component is up. */
export function useFooter(get: () => FooterContent): void {
  $effect(() => {
    const content = get();
    footer.content = content;
    return () => {
      if (footer.content === content) footer.content = null;
    };
  });
}
