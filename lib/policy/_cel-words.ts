/** What a CEL rule of the schemas here asks for, and what to write instead. */
export interface CelWords {
  readonly message: string;
  readonly fix?: string;
}

const KIND = "'kind' must be ImageCatalog or ClusterImageCatalog";
const ROLE = 'the operator and PostgreSQL keep this name for themselves';
const DATABASE = 'PostgreSQL needs this database, and no Database object may manage it';

/** By the text of the rule; the definitions' own messages are not shipped, and some say no more than the rule. */
const WORDS: Readonly<Record<string, CelWords>> = {
  '!has(self.serverName)': {
    message: "'serverName' cannot stand here: every Cluster that uses this store would write into one archive",
    fix: 'set parameters.serverName of the plugin in the Cluster',
  },
  "!self.exists(a, a.startsWith('--log-level'))": {
    message: "'--log-level' cannot be given as an argument",
    fix: 'set instanceSidecarConfiguration.logLevel',
  },
  'has(self.configMapRef) || has(self.secretRef)': {
    message: 'it names no source for the kubeconfig',
    fix: 'write secretRef or configMapRef',
  },
  '!has(self.configMapRef) || !has(self.secretRef)': {
    message: 'secretRef and configMapRef exclude each other',
    fix: 'remove one of the two',
  },
  "self.type == 'github' || self.type == 'gitlab' || self.type == 'gitea' || self.type == 'bitbucketserver' || self.type == 'bitbucket' || self.type == 'azuredevops' || !has(self.commitStatusExpr)":
    {
      message: "'commitStatusExpr' is for providers that write commit statuses, such as github, gitlab and gitea",
      fix: 'remove commitStatusExpr, or correct type',
    },
  '!(has(self.imageCatalogRef) && has(self.imageName))': {
    message: 'imageName and imageCatalogRef exclude each other',
    fix: 'remove one of the two',
  },
  "!has(self.builtinLocale) || self.localeProvider == 'builtin'": {
    message: "'builtinLocale' needs localeProvider: builtin",
    fix: 'write localeProvider: builtin, or remove builtinLocale',
  },
  "!has(self.icuLocale) || self.localeProvider == 'icu'": {
    message: "'icuLocale' needs localeProvider: icu",
    fix: 'write localeProvider: icu, or remove icuLocale',
  },
  "!has(self.icuRules) || self.localeProvider == 'icu'": {
    message: "'icuRules' needs localeProvider: icu",
    fix: 'write localeProvider: icu, or remove icuRules',
  },
  "self.kind == 'ImageCatalog' || self.kind == 'ClusterImageCatalog'": { message: KIND },
  "self.apiGroup == 'postgresql.cnpg.io'": { message: "'apiGroup' must be postgresql.cnpg.io" },
  "self.dataDurability!='preferred' || ((!has(self.standbyNamesPre) || self.standbyNamesPre.size()==0) && (!has(self.standbyNamesPost) || self.standbyNamesPost.size()==0))":
    {
      message: 'with dataDurability: preferred no standby may be named',
      fix: 'write dataDurability: required, or remove standbyNamesPre and standbyNamesPost',
    },
  'self > 0': { message: 'must be at least 1' },
  'self.all(e, self.filter(f, f.key==e.key).size() == 1)': { message: 'two entries have the same key' },
  'self.all(e, self.filter(f, f.major==e.major).size() == 1)': { message: 'two entries have the same major version' },
  "self != ''": { message: 'must not be empty' },
  "self != 'postgres'": { message: `must not be 'postgres': ${DATABASE}` },
  "self != 'template0'": { message: `must not be 'template0': ${DATABASE}` },
  "self != 'template1'": { message: `must not be 'template1': ${DATABASE}` },
  "!has(self.ensure) || self.ensure != 'absent'": {
    message: 'a DatabaseRole cannot say that its role is absent',
    fix: 'remove the object; databaseRoleReclaimPolicy: delete drops the role with it',
  },
  "self.name != 'postgres'": { message: `'name' must not be 'postgres': ${ROLE}` },
  "self.name != 'streaming_replica'": { message: `'name' must not be 'streaming_replica': ${ROLE}` },
  "!self.name.startsWith('pg_')": { message: `'name' must not start with 'pg_': ${ROLE}` },
  "!self.name.startsWith('cnpg_')": { message: `'name' must not start with 'cnpg_': ${ROLE}` },
  'self.name.size() != 0': { message: "'name' must not be empty" },
  '!has(self.passwordSecret) || !has(self.disablePassword) || !self.disablePassword': {
    message: 'passwordSecret and disablePassword: true exclude each other',
    fix: 'remove one of the two',
  },
  '!has(self.clientCertificate) || !self.clientCertificate.enabled || self.login': {
    message: 'a client certificate is of no use to a role that cannot log in',
    fix: 'write login: true, or clientCertificate.enabled: false',
  },
  '!(has(self.image) && has(self.imageCatalogRef))': {
    message: 'image and imageCatalogRef exclude each other',
    fix: 'remove one of the two',
  },
  '(has(self.allTables) && !has(self.objects)) || (!has(self.allTables) && has(self.objects))': {
    message: 'it must say either allTables or objects',
    fix: 'write one of the two',
  },
  '!(self.exists(o, has(o.table) && has(o.table.columns)) && self.exists(o, has(o.tablesInSchema)))': {
    message: 'a list with columns of a table cannot also publish all tables of a schema',
    fix: 'remove columns, or name the tables one by one',
  },
  '(has(self.tablesInSchema) && !has(self.table)) || (!has(self.tablesInSchema) && has(self.table))': {
    message: 'it must say either table or tablesInSchema',
    fix: 'write one of the two',
  },
  "self.provider == 'aws' || self.provider == 'generic' || !has(self.sts)": {
    message: "'sts' is for the providers aws and generic",
    fix: 'remove sts, or correct provider',
  },
  "self.provider != 'aws' || !has(self.sts) || self.sts.provider == 'aws'": {
    message: 'with provider: aws, sts.provider must be aws',
  },
  "self.provider != 'generic' || !has(self.sts) || self.sts.provider == 'ldap'": {
    message: 'with provider: generic, sts.provider must be ldap',
  },
  "!has(self.sts) || self.sts.provider != 'aws' || !has(self.sts.secretRef)": {
    message: "'sts.secretRef' is not for sts.provider: aws",
    fix: 'remove sts.secretRef',
  },
  "!has(self.sts) || self.sts.provider != 'aws' || !has(self.sts.certSecretRef)": {
    message: "'sts.certSecretRef' is not for sts.provider: aws",
    fix: 'remove sts.certSecretRef',
  },
  "self.provider != 'generic' || !has(self.serviceAccountName)": {
    message: "'serviceAccountName' is not for provider: generic",
    fix: 'remove serviceAccountName, or correct provider',
  },
  '!has(self.secretRef) || !has(self.serviceAccountName)': {
    message: 'secretRef and serviceAccountName exclude each other',
    fix: 'remove one of the two',
  },
  "!has(self.serviceAccountName) || (has(self.provider) && (self.provider == 'azure' || self.provider == 'aws'))": {
    message: "'serviceAccountName' is for the providers azure and aws",
    fix: 'remove serviceAccountName, or write provider',
  },
};

/** The words for a rule, where it is one of the schemas here. */
export function celWords(rule: string): CelWords | undefined {
  return Object.hasOwn(WORDS, rule) ? WORDS[rule] : undefined;
}

/** The rules that have words. */
export const WORDED_RULES = Object.keys(WORDS);
