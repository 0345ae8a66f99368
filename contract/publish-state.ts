/** How publishing by MQTT is doing, wherever it is done (docs/publishing.md). */

/** Why nothing can be published; each is shown with what to do. */
export const publishProblems = [
  /** Nobody answers at the address. */
  'unreachable',
  /** User or password are wrong, or the user may not connect. */
  'user',
  /** The broker's certificate is not of an authority that is known here, not of this name, or over. */
  'certificate',
  /** A file with a certificate or key cannot be read. */
  'file',
  /** The broker answered and said no, for another reason. */
  'refused',
  /** The connection ended, or the broker stopped answering. */
  'lost',
  /** Something else; the text says what. */
  'other',
] as const;
export type PublishProblem = (typeof publishProblems)[number];

export interface PublishState {
  /** `nobody`: no server has told for a while that it publishes this. */
  readonly state: 'connecting' | 'published' | 'failing' | 'nobody';
  /** UTC ms. */
  readonly since: number;
  /** Of `failing`. */
  readonly problem: PublishProblem | null;
  /** English, from the broker, the network or the system; '' where there is none. */
  readonly detail: string;
}
