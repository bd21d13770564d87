/** An alert: what Prometheus evaluates, and what the person who is paged reads. */
export interface Alert {
  /** Name, also of the runbook page. */
  readonly name: string;
  /** What it is about: the database, the API, the operator. Becomes the label `subject`. */
  readonly subject: string;
  /** PromQL; the alert fires while it returns anything. */
  readonly expr: string;
  /** How long it must hold, as a Prometheus duration. */
  readonly for: string;
  /** `critical`: the service is down or data is in danger, wake someone. `warning`: the next failure would do that. */
  readonly severity: 'critical' | 'warning';
  /** One line. */
  readonly summary: string;
  /** What it means and what to look at first, a few sentences. */
  readonly description: string;
}
