const zlib = require('zlib');
const crypto = require('crypto');
const bcrypt = require('bcrypt');
const sharp = require('sharp');
const { setTimeout: wait } = require('timers/promises');

exports.memory = async (event) => {
  Buffer.alloc(Number(event.n)); // bad: denial-of-service-loop
  new Array(parseInt(event.n, 10)).fill(0); // bad: denial-of-service-loop
  Array.from({ length: Number(event.n) }, () => 0); // bad: denial-of-service-loop
  'x'.repeat(Number(event.n)); // bad: denial-of-service-loop
  Buffer.alloc(Number(event.n) * 1024); // bad: denial-of-service-loop
  Buffer.alloc(Math.max(1, Number(event.n))); // bad: denial-of-service-loop
  Buffer.alloc(Math.min(Number(event.n), 1024));
  Buffer.alloc(16);
  Array.from({ length: 10 }, () => 0);
  Array.from(event.items);
  'x'.repeat(10);
  event.name.padStart(10);
};

exports.bounded = async (event) => {
  const n = Number(event.n);
  if (!(n <= 100)) return { statusCode: 400 };
  for (let i = 0; i < n; i += 1) wait(1);
  return { statusCode: 200, body: 'x'.repeat(n) };
};

exports.loops = async (event) => {
  const body = JSON.parse(event.body);
  for (let i = 0; i < body.count; i += 1) wait(1); // bad: denial-of-service-loop
  for (let i = 0; i < body.items.length; i += 1) wait(1);
  for (let i = 0; i < Math.min(body.pages, 10); i += 1) wait(1);
  for (const item of body.items) wait(1);
};

exports.waits = async (event) => {
  await wait(Number(event.ms)); // bad: denial-of-service-loop
  await new Promise((resolve) => setTimeout(resolve, Number(event.ms))); // bad: denial-of-service-loop
  await wait(Math.min(Number(event.ms), 1000));
  await new Promise((resolve) => setTimeout(resolve, 100));
};

exports.rounds = async (event) => {
  crypto.pbkdf2Sync(process.env.KEY, 'salt', Number(event.rounds), 64, 'sha512'); // bad: denial-of-service-loop
  crypto.pbkdf2Sync(process.env.KEY, 'salt', 210000, 64, 'sha512');
  await bcrypt.hash(event.password, Number(event.rounds)); // bad: denial-of-service-loop
  await bcrypt.hash(event.password, 12);
};

exports.bombs = async (event) => {
  zlib.gunzipSync(Buffer.from(event.body, 'base64')); // bad: denial-of-service-loop
  zlib.gunzipSync(Buffer.from(event.body, 'base64'), { maxOutputLength: 1e6 });
};
exports.pictures = async (event) => {
  await sharp('a.png').resize(Number(event.width), 10).toBuffer(); // bad: denial-of-service-loop
  await sharp('a.png').resize(200, 200).toBuffer();
};
