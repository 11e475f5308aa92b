const mustache = require('mustache');
const ejs = require('ejs');
const Handlebars = require('handlebars');
const _ = require('lodash');
const pug = require('pug');
const escapeHtml = require('escape-html');

exports.injected = async (event) => {
  ejs.render('<h1>' + event.n + '</h1>'); // bad: template-injection
  Handlebars.compile(event.template); // bad: template-injection
  _.template(event.template); // bad: template-injection
  pug.render(event.template); // bad: template-injection
};

exports.values = async (event) => {
  ejs.render('<h1><%= n %></h1>', { n: event.n });
  Handlebars.compile('<h1>{{n}}</h1>')({ n: event.n });
};

exports.page = async (event) => ({
  statusCode: 200,
  headers: { 'Content-Type': 'text/html' },
  body: `<h1>${event.queryStringParameters.n}</h1>`, // bad: cross-site-scripting
});

exports.escaped = async (event) => ({
  statusCode: 200,
  headers: { 'Content-Type': 'text/html' },
  body: `<h1>${escapeHtml(event.queryStringParameters.n)}</h1>`,
});

exports.options = async (event) => {
  const ejs = require('ejs');
  const mustache = require('mustache');
  const { Liquid } = require('liquidjs');
  const React = require('react');
  ejs.render('<%= name %>', JSON.parse(event.body)); // bad: template-injection
  ejs.render('<%= name %>', { name: event.name });
  mustache.render(event.template, {}); // bad: template-injection
  mustache.render('Hello {{name}}', { name: event.name });
  new Liquid().parseAndRender(event.template); // bad: template-injection
  new Liquid().parseAndRender('Hello {{ name }}', { name: event.name });
  React.createElement('p', { dangerouslySetInnerHTML: { __html: event.text } }); // bad: cross-site-scripting
  React.createElement('p', { title: event.text }, event.text);
};

exports.engine = async (event) => {
  const engine = Handlebars.create();
  engine.registerPartial('footer', event.footer); // bad: template-injection
  engine.registerPartial('footer', '<p>{{ n }}</p>');
  engine.compile(event.template); // bad: template-injection
  engine.compile('<p>{{ n }}</p>')({ n: event.n });
};

exports.mustaches = async (event) => ({
  statusCode: 200,
  headers: { 'Content-Type': 'text/html' },
  body: mustache.render('<p>{{{n}}}</p>', { n: event.queryStringParameters.n }), // bad: cross-site-scripting
});

exports.escapedMustaches = async (event) => ({
  statusCode: 200,
  headers: { 'Content-Type': 'text/html' },
  body: mustache.render('<p>{{n}}</p>', { n: event.queryStringParameters.n }),
});
