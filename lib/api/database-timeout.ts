/** On the Deployment: how long the API itself waits for its database, in seconds, as its program declares it. */
export const DATABASE_TIMEOUT_ANNOTATION = 'cdk8s-phoenix.dev/database-timeout-seconds';

/** What is taken for granted where nobody declares it, in seconds. */
export const DEFAULT_DATABASE_TIMEOUT = 10;
