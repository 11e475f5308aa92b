const express = require('express');
const serverless = require('serverless-http');
const middy = require('@middy/core');
const { exec } = require('child_process');

const app = express();
const router = express.Router();

app.get('/a', (req, res) => {
  exec('ls ' + req.query.dir); // bad: os-command-injection
  res.send('<h1>' + req.query.name + '</h1>'); // bad: cross-site-scripting
  res.redirect(req.query.next); // bad: open-redirect
  res.status(200).send(`<b>${req.params.id}</b>`); // bad: cross-site-scripting
  res.json({ name: req.query.name });
  res.send({ name: req.query.name });
  res.redirect('/home');
});

router.post('/b', async (req, res) => {
  res.sendFile('/data/' + req.body.file); // bad: path-traversal
});
app.use('/r', router);

exports.handler = serverless(app);

exports.wrapped = middy(async (event) => {
  exec('ls ' + event.dir); // bad: os-command-injection
});

exports.used = middy(async (event) => {
  exec('ls ' + event.dir); // bad: os-command-injection
}).use({ before: () => {} });

exports.redirect = async (event) => ({ statusCode: 302, headers: { Location: event.queryStringParameters.next } }); // bad: open-redirect

const more = require('express')();
more.get('/file/:name', (req, res) => {
  res.sendFile(req.params.name, { root: '/data' });
  res.sendFile('/data/a.txt');
  res.sendFile('a.txt', { root: `/data/${req.query.tenant}` }); // bad: path-traversal
  res.render(req.query.view); // bad: path-traversal
  res.render('home', { name: req.query.name });
});
more.get('/away', (req, res) => {
  res.set('Location', req.query.next); // bad: open-redirect
  res.set('Location', '/home');
  res.set('Set-Cookie', `lang=${req.query.lang}`); // bad: header-injection
  res.set('X-Request', req.query.id);
  res.cookie(req.query.name, '1'); // bad: header-injection
  res.cookie('lang', req.query.lang);
});
exports.more = require('serverless-http')(more);

const router = require('@koa/router')();
router.get('/away', (ctx) => {
  ctx.redirect(ctx.query.next); // bad: open-redirect
  ctx.redirect('/home');
  ctx.set('Location', ctx.query.next); // bad: open-redirect
  ctx.set('Location', '/home');
  ctx.set('Set-Cookie', `lang=${ctx.query.lang}`); // bad: header-injection
  ctx.set('X-Lang', ctx.query.lang);
  const headers = new Headers();
  headers.append('Set-Cookie', `lang=${ctx.query.lang}`); // bad: header-injection
  headers.set('Set-Cookie', 'lang=de');
});
exports.koa = require('serverless-http')(router);
