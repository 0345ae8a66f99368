/** What a label with structured data says. */
export interface LabelData {
  readonly fields: Readonly<Record<string, string>>;
  /** UTC ms of the end of use; null when the label has none. */
  readonly expiresAt: number | null;
}
export interface LabelProblem {
  readonly problem:
    | 'empty'
    | 'identifier-unknown'
    | 'length-wrong'
    | 'not-digits'
    | 'check-digit-wrong'
    | 'date-invalid'
    | 'contradicts-itself'
    | 'envelope-broken';
  /** The data identifier it happened at. */
  readonly at: string;
}
