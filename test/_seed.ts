import * as fc from 'fast-check';

/**
 * Laws look at the same values on every run, so that a change is judged and not luck. `FC_SEED=7 npm test` looks at
 * others; a number that turns a law red belongs into that law as an example.
 */
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 1) });
