const axios = require('axios');
const https = require('https');
const http = require('http');
const got = require('got');
const fetch2 = require('node-fetch');
const request = require('request');
const tls = require('tls');

exports.wide = async (event) => {
  await axios.get(event.url); // bad: server-side-request-forgery
  await axios(event.url); // bad: server-side-request-forgery
  await axios({ method: 'get', url: event.url }); // bad: server-side-request-forgery
  await fetch(event.url); // bad: server-side-request-forgery
  await fetch2(`https://${event.host}/x`); // bad: server-side-request-forgery
  await got(event.url); // bad: server-side-request-forgery
  request(event.url, () => {}); // bad: server-side-request-forgery
  request({ uri: event.url }, () => {}); // bad: server-side-request-forgery
  https.get(event.url, () => {}); // bad: server-side-request-forgery
  http.request({ hostname: event.host, path: '/' }); // bad: server-side-request-forgery
};

exports.narrow = async (event) => {
  await axios.post('https://api.example.com/items', event);
  await axios({ method: 'post', url: 'https://api.example.com/items', data: event });
  await axios.get('https://api.example.com/items', { params: { id: event.id } });
  await fetch('https://api.example.com/items', { method: 'POST', body: event.body });
  await fetch('https://api.example.com/items?q=' + encodeURIComponent(event.q));
  https.request({ hostname: 'api.example.com', path: '/items', method: 'POST' });
};

exports.answer = async (event) => {
  const { data } = await axios.get('https://api.example.com/items', { params: { id: event.id } });
  await axios.get(data.next); // perhaps: server-side-request-forgery
};

exports.instance = async (event) => {
  const client = axios.create({ baseURL: 'https://api.example.com' });
  await client.get(event.url); // bad: server-side-request-forgery
  await client.get('/items');
};

exports.allowed = async (event) => {
  const hosts = ['a.example.com', 'b.example.com'];
  if (hosts.includes(event.host)) {
    await fetch('https://' + event.host);
  }
};

exports.insecure = async (event) => {
  new https.Agent({ rejectUnauthorized: false }); // bad: tls-verification-disabled
  https.request({ hostname: 'a.example.com', rejectUnauthorized: false }); // bad: tls-verification-disabled
  tls.connect({ host: 'a.example.com', rejectUnauthorized: false }); // bad: tls-verification-disabled
  request({ url: 'https://a.example.com', strictSSL: false }); // bad: tls-verification-disabled
  await got('https://a.example.com', { https: { rejectUnauthorized: false } }); // bad: tls-verification-disabled
  new https.Agent({ keepAlive: true });
};

exports.plaintext = async (event) => {
  await axios.get('http://api.example.com/items'); // bad: plaintext-transport
  await fetch('http://localhost:2772/applications');
  await fetch('https://api.example.com/items');
};

exports.prepared = async (event) => {
  const wide = new Request(event.url, { method: 'POST' }); // bad: server-side-request-forgery
  await fetch(wide);
  const narrow = new Request('https://api.example.com', { method: 'POST', body: JSON.stringify(event) });
  await fetch(narrow);
};

exports.parameters = async (event) => {
  await fetch(`https://${new URLSearchParams(event.query).get('host')}/`); // bad: server-side-request-forgery
  await fetch(`https://api.example.com/items?${new URLSearchParams({ q: event.q })}`);
  await fetch('https://api.example.com/items?' + new URLSearchParams({ q: event.q }).toString());
};
