/** From this lag in replaying on, a standby raises an alert, in seconds: a failover to it takes that much longer. */
export const ALERTED_LAG_SECONDS = 30;
