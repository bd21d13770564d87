'use strict';
function need(right, value) {
  if (!right) throw new Error('not what the rule expects');
  return value;
}
const object = (value) => need(typeof value === 'object' && value !== null && !Array.isArray(value), value);
const has = (value, name) => Object.hasOwn(object(value), name) && value[name] !== undefined;
const field = (value, name) => need(has(value, name), value[name]);
const number = (value) => need(typeof value === 'number', value);
const boolean = (value) => need(typeof value === 'boolean', value);
const text = (value) => need(typeof value === 'string', value);
const list = (value) => need(Array.isArray(value), value);
const size = (value) => (typeof value === 'string' ? Array.from(value) : list(value)).length;
exports.rules = {
  "!(has(self.image) && has(self.imageCatalogRef))": (self) => !(has(self, "image") && has(self, "imageCatalogRef")),
  "!(has(self.imageCatalogRef) && has(self.imageName))": (self) => !(has(self, "imageCatalogRef") && has(self, "imageName")),
  "!(self.exists(o, has(o.table) && has(o.table.columns)) && self.exists(o, has(o.tablesInSchema)))": (self) => !(list(self).some((o) => (has(o, "table") && has(field(o, "table"), "columns"))) && list(self).some((o) => has(o, "tablesInSchema"))),
  "!has(self.builtinLocale) || self.localeProvider == 'builtin'": (self) => (!has(self, "builtinLocale") || (field(self, "localeProvider") === "builtin")),
  "!has(self.clientCertificate) || !self.clientCertificate.enabled || self.login": (self) => ((!has(self, "clientCertificate") || !boolean(field(field(self, "clientCertificate"), "enabled"))) || boolean(field(self, "login"))),
  "!has(self.configMapRef) || !has(self.secretRef)": (self) => (!has(self, "configMapRef") || !has(self, "secretRef")),
  "!has(self.ensure) || self.ensure != 'absent'": (self) => (!has(self, "ensure") || (field(self, "ensure") !== "absent")),
  "!has(self.icuLocale) || self.localeProvider == 'icu'": (self) => (!has(self, "icuLocale") || (field(self, "localeProvider") === "icu")),
  "!has(self.icuRules) || self.localeProvider == 'icu'": (self) => (!has(self, "icuRules") || (field(self, "localeProvider") === "icu")),
  "!has(self.passwordSecret) || !has(self.disablePassword) || !self.disablePassword": (self) => ((!has(self, "passwordSecret") || !has(self, "disablePassword")) || !boolean(field(self, "disablePassword"))),
  "!has(self.secretRef) || !has(self.serviceAccountName)": (self) => (!has(self, "secretRef") || !has(self, "serviceAccountName")),
  "!has(self.serverName)": (self) => !has(self, "serverName"),
  "!has(self.serviceAccountName) || (has(self.provider) && (self.provider == 'azure' || self.provider == 'aws'))": (self) => (!has(self, "serviceAccountName") || (has(self, "provider") && ((field(self, "provider") === "azure") || (field(self, "provider") === "aws")))),
  "!has(self.sts) || self.sts.provider != 'aws' || !has(self.sts.certSecretRef)": (self) => ((!has(self, "sts") || (field(field(self, "sts"), "provider") !== "aws")) || !has(field(self, "sts"), "certSecretRef")),
  "!has(self.sts) || self.sts.provider != 'aws' || !has(self.sts.secretRef)": (self) => ((!has(self, "sts") || (field(field(self, "sts"), "provider") !== "aws")) || !has(field(self, "sts"), "secretRef")),
  "!self.exists(a, a.startsWith('--log-level'))": (self) => !list(self).some((a) => text(a).startsWith(text("--log-level"))),
  "!self.name.startsWith('cnpg_')": (self) => !text(field(self, "name")).startsWith(text("cnpg_")),
  "!self.name.startsWith('pg_')": (self) => !text(field(self, "name")).startsWith(text("pg_")),
  "(has(self.allTables) && !has(self.objects)) || (!has(self.allTables) && has(self.objects))": (self) => ((has(self, "allTables") && !has(self, "objects")) || (!has(self, "allTables") && has(self, "objects"))),
  "(has(self.tablesInSchema) && !has(self.table)) || (!has(self.tablesInSchema) && has(self.table))": (self) => ((has(self, "tablesInSchema") && !has(self, "table")) || (!has(self, "tablesInSchema") && has(self, "table"))),
  "has(self.configMapRef) || has(self.secretRef)": (self) => (has(self, "configMapRef") || has(self, "secretRef")),
  "self != ''": (self) => (self !== ""),
  "self != 'postgres'": (self) => (self !== "postgres"),
  "self != 'template0'": (self) => (self !== "template0"),
  "self != 'template1'": (self) => (self !== "template1"),
  "self > 0": (self) => (number(self) > number(0)),
  "self.apiGroup == 'postgresql.cnpg.io'": (self) => (field(self, "apiGroup") === "postgresql.cnpg.io"),
  "self.dataDurability!='preferred' || ((!has(self.standbyNamesPre) || self.standbyNamesPre.size()==0) && (!has(self.standbyNamesPost) || self.standbyNamesPost.size()==0))": (self) => ((field(self, "dataDurability") !== "preferred") || ((!has(self, "standbyNamesPre") || (size(field(self, "standbyNamesPre")) === 0)) && (!has(self, "standbyNamesPost") || (size(field(self, "standbyNamesPost")) === 0)))),
  "self.kind == 'ImageCatalog' || self.kind == 'ClusterImageCatalog'": (self) => ((field(self, "kind") === "ImageCatalog") || (field(self, "kind") === "ClusterImageCatalog")),
  "self.name != 'postgres'": (self) => (field(self, "name") !== "postgres"),
  "self.name != 'streaming_replica'": (self) => (field(self, "name") !== "streaming_replica"),
  "self.name.size() != 0": (self) => (size(field(self, "name")) !== 0),
  "self.provider != 'aws' || !has(self.sts) || self.sts.provider == 'aws'": (self) => (((field(self, "provider") !== "aws") || !has(self, "sts")) || (field(field(self, "sts"), "provider") === "aws")),
  "self.provider != 'generic' || !has(self.serviceAccountName)": (self) => ((field(self, "provider") !== "generic") || !has(self, "serviceAccountName")),
  "self.provider != 'generic' || !has(self.sts) || self.sts.provider == 'ldap'": (self) => (((field(self, "provider") !== "generic") || !has(self, "sts")) || (field(field(self, "sts"), "provider") === "ldap")),
  "self.provider == 'aws' || self.provider == 'generic' || !has(self.sts)": (self) => (((field(self, "provider") === "aws") || (field(self, "provider") === "generic")) || !has(self, "sts")),
  "self.type == 'github' || self.type == 'gitlab' || self.type == 'gitea' || self.type == 'bitbucketserver' || self.type == 'bitbucket' || self.type == 'azuredevops' || !has(self.commitStatusExpr)": (self) => (((((((field(self, "type") === "github") || (field(self, "type") === "gitlab")) || (field(self, "type") === "gitea")) || (field(self, "type") === "bitbucketserver")) || (field(self, "type") === "bitbucket")) || (field(self, "type") === "azuredevops")) || !has(self, "commitStatusExpr")),
};
