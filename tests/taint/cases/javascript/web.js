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
