const axios = require('axios');
const needle = require('needle');
const net = require('net');
const undici = require('undici');
const puppeteer = require('puppeteer-core');
const { HttpRequest } = require('@aws-sdk/protocol-http');
const { Client } = require('ssh2');
const { known } = require('./hosts');

exports.clients = async (event) => {
  await needle('get', event.url); // bad: server-side-request-forgery
  await needle('get', 'https://a.example.com/', { q: event.q });
  const api = axios.create({ baseURL: event.url }); // bad: server-side-request-forgery
  axios.create({ baseURL: 'https://a.example.com' });
  new undici.Pool(event.url); // bad: server-side-request-forgery
  new HttpRequest({ hostname: event.host }); // bad: server-side-request-forgery
  new HttpRequest({ hostname: 'a.example.com', path: encodeURI(event.path) });
};

exports.sockets = async (event) => {
  net.connect({ host: event.host, port: 80 }); // bad: server-side-request-forgery
  net.connect({ host: 'a.example.com', port: 80 });
  net.connect(80, event.host); // bad: server-side-request-forgery
  net.connect(80, 'a.example.com');
  new Client().connect({ host: event.host, hostVerifier: known }); // bad: server-side-request-forgery
  new Client().connect({ host: 'a.example.com', username: event.user, hostVerifier: known });
};

exports.browser = async (event) => {
  const page = await (await puppeteer.launch()).newPage();
  await page.goto(event.url); // bad: server-side-request-forgery
  await page.setContent(`<h1>${event.title}</h1>`); // bad: server-side-request-forgery
  await page.setContent('<h1>Invoice</h1>');
  await page.goto('https://a.example.com/');
};

exports.protocols = async (event) => {
  const CDP = require('chrome-remote-interface');
  const client = await CDP();
  await client.Page.navigate({ url: event.url }); // bad: server-side-request-forgery
  await client.Page.navigate({ url: 'https://a.example.com/' });
  await client.Runtime.evaluate({ expression: event.code }); // bad: server-side-request-forgery
  const page = await (await require('phantom').create()).createPage();
  await page.open(event.url); // bad: server-side-request-forgery
  await page.open('https://a.example.com/');
};
