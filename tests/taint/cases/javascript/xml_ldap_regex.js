const libxmljs = require('libxmljs');
const xpath = require('xpath');
const ldap = require('ldapjs');
const escapeRegExp = require('escape-string-regexp');

exports.xml = async (event) => {
  libxmljs.parseXml(event.body, { noent: true }); // bad: xml-external-entity
  libxmljs.parseXml(event.body);
};

exports.xpath = async (event) => {
  xpath.select(`//user[@name='${event.n}']`, global.doc); // bad: xpath-injection
};

exports.directory = async (event) => {
  const client = ldap.createClient({ url: 'ldap://h' });
  client.search('dc=x', { filter: `(uid=${event.u})`, scope: 'sub' }, () => {}); // bad: ldap-injection
  client.search('dc=x', { filter: '(objectclass=person)', scope: 'sub' }, () => {});
};

exports.patterns = async (event) => {
  new RegExp(event.p); // bad: regex-injection
  new RegExp(escapeRegExp(event.p));
  /a+/.test(event.p);
};

exports.more = async (event) => {
  const libxml = require('libxmljs');
  const xpath = require('xpath');
  const ldap = require('ldapjs');
  const escape = require('ldap-escape');
  const xml2js = require('xml2js');
  const { XMLParser } = require('fast-xml-parser');
  new libxml.SaxParser().parseString(event.x); // bad: xml-external-entity
  new libxml.SaxParser().parseString('<a/>');
  xpath.parse('//user[@name=$name]').select({ variables: { name: event.n } });
  xpath.select('//user', {});
  ldap.createClient({ url: 'ldap://h' }).search('dc=example', { filter: escape.filter`(cn=${event.n})` });
  ldap.createClient({ url: 'ldap://h' }).search('dc=example', { filter: new ldap.EqualityFilter({ attribute: 'cn', value: event.n }) });
  await xml2js.parseStringPromise(event.x);
  new XMLParser().parse(event.x);
};

exports.active = async (event) => {
  const ActiveDirectory = require('activedirectory2');
  const directory = new ActiveDirectory({ url: 'ldaps://h', baseDN: 'dc=example' });
  directory.findUsers(`cn=*${event.n}*`, (error, users) => users); // bad: ldap-injection
  directory.findUsers('cn=*smith*', (error, users) => users);
};
