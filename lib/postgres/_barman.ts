/** Name of the Barman Cloud plugin, as CloudNativePG knows it. */
export const BARMAN_PLUGIN = 'barman-cloud.cloudnative-pg.io';
