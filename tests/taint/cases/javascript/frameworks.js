const Koa = require('koa');
const Router = require('@koa/router');
const fastify = require('fastify');
const { Hono } = require('hono');
const { handle } = require('hono/aws-lambda');
const serverless = require('serverless-http');
const awsLambdaFastify = require('@fastify/aws-lambda');
const createAPI = require('lambda-api');

const router = new Router();
router.get('/page', (ctx) => {
  ctx.body = '<h1>' + ctx.query.name + '</h1>'; // bad: cross-site-scripting
});
router.get('/data', (ctx) => {
  ctx.body = { name: ctx.query.name };
});
router.get('/fixed', (ctx) => {
  ctx.body = '<h1>Welcome</h1>';
});
router.get('/away', (ctx) => {
  ctx.redirect(ctx.query.next); // bad: open-redirect
});
router.get('/home', (ctx) => {
  ctx.redirect('/home');
});
const koa = new Koa();
koa.use(router.routes());
exports.koa = serverless(koa);

const app = fastify();
app.get('/away', async (request, reply) => {
  reply.redirect(request.query.next); // bad: open-redirect
});
app.get('/home', async (request, reply) => {
  reply.redirect('/home');
});
app.get('/page', async (request, reply) => {
  reply.type('text/html').send('<h1>' + request.query.name + '</h1>'); // bad: cross-site-scripting
});
app.get('/fixed', async (request, reply) => {
  reply.type('text/html').send('<h1>Welcome</h1>');
});
app.get('/cookie', async (request, reply) => {
  reply.header('Set-Cookie', 'theme=' + request.query.theme).send({}); // bad: header-injection
});
exports.fastify = awsLambdaFastify(app);

const hono = new Hono();
hono.get('/page', (c) => c.html('<h1>' + c.req.query('name') + '</h1>')); // bad: cross-site-scripting
hono.get('/fixed', (c) => c.html('<h1>Welcome</h1>'));
hono.get('/away', (c) => c.redirect(c.req.query('next'))); // bad: open-redirect
hono.get('/home', (c) => c.redirect('/home'));
hono.get('/run', (c) => eval(require('hono/cookie').getCookie(c, 'code'))); // bad: code-injection
exports.hono = handle(hono);

const api = createAPI();
api.get('/page', async (req, res) => {
  res.html('<h1>' + req.query.name + '</h1>'); // bad: cross-site-scripting
});
api.get('/fixed', async (req, res) => {
  res.html('<h1>Welcome</h1>');
});
exports.api = async (event, context) => await api.run(event, context);

const Hapi = require('@hapi/hapi');
const server = Hapi.server({ port: 3000 });
server.route({
  method: 'GET',
  path: '/page',
  handler: (request, h) => h.response('<h1>' + request.query.name + '</h1>'), // bad: cross-site-scripting
});
server.route({
  method: 'GET',
  path: '/data',
  handler: (request, h) => h.response({ name: request.query.name }),
});
server.route({
  method: 'GET',
  path: '/fixed',
  handler: (request, h) => h.response('<h1>Welcome</h1>'),
});
exports.hapi = async (event) => {
  const answer = await server.inject({ method: event.httpMethod, url: event.path });
  return { statusCode: answer.statusCode, headers: answer.headers, body: answer.payload };
};

const { createApp, createRouter, eventHandler, getQuery, sendRedirect, toNodeListener } = require('h3');
const routes = createRouter();
routes.get('/away', eventHandler((event) => sendRedirect(event, getQuery(event).next))); // bad: open-redirect
routes.get('/home', eventHandler((event) => sendRedirect(event, '/home')));
const h3 = createApp();
h3.use(routes);
exports.h3 = serverless(toNodeListener(h3));

exports.ofAnotherFramework = async (event) => {
  const answer = require('a-small-framework').answer();
  answer.redirect(event.queryStringParameters.next); // bad: open-redirect
  answer.redirect('/home');
};
