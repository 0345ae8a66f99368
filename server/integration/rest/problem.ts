/** What is answered when something asked cannot be done: RFC 9457, application/problem+json, with each bad field. */
import type { Problem, RowFault } from '#contract/integration/words.ts';

const titles: Readonly<Record<number, string>> = {
  400: 'Not understood',
  401: 'Key missing or wrong',
  403: 'Not allowed',
  404: 'Not there',
  409: 'In conflict',
  412: 'Changed meanwhile',
  413: 'Too large',
  415: 'Format not known',
  422: 'Refused',
  429: 'Too many requests',
  500: 'Failed',
  503: 'Not possible at the moment',
};

export class ApiFault extends Error {
  readonly status: number;
  readonly errors: readonly RowFault[];

  /** @param detail what and where, and what to do. */
  constructor(status: number, detail: string, errors: readonly RowFault[] = []) {
    super(detail);
    this.name = 'ApiFault';
    this.status = status;
    this.errors = errors;
  }

  body(instance: string): Problem {
    return {
      type: 'about:blank',
      title: titles[this.status] ?? 'Refused',
      status: this.status,
      detail: this.message,
      instance,
      ...(this.errors.length > 0 ? { errors: [...this.errors] } : {}),
    };
  }
}
