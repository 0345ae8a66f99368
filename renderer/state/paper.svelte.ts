/** What stands at the head of everything that is printed: plant, place, who. Each app says it once. */
interface PaperHead {
  readonly plant: string;
  /** The station, or the plant view. */
  readonly place: string;
  /** null: nobody is signed in. */
  readonly person: string | null;
}
let head: () => PaperHead = () => ({ plant: '', place: '', person: null });

export function setPaperHead(say: () => PaperHead): void {
  head = say;
}
export const paperHead = (): PaperHead => head();
