const fs = require('fs');
const path = require('path');
const { readFile } = require('fs/promises');
const extra = require('fs-extra');

exports.opened = async (event) => {
  fs.readFileSync(event.file); // bad: path-traversal
  fs.readFileSync('/data/' + event.file); // bad: path-traversal
  fs.readFileSync(path.join('/data', event.file)); // bad: path-traversal
  await readFile(`/data/${event.file}`, 'utf8'); // bad: path-traversal
  await fs.promises.readFile('/data/' + event.file); // bad: path-traversal
  fs.writeFileSync('/tmp/' + event.file, 'x'); // bad: path-traversal
  fs.createReadStream('/tmp/' + event.file); // bad: path-traversal
  fs.unlink('/tmp/' + event.file, () => {}); // bad: path-traversal
  await extra.outputFile('/tmp/' + event.file, 'x'); // bad: path-traversal
};

exports.cleaned = async (event) => {
  fs.readFileSync('/data/' + path.basename(event.file));
  fs.writeFileSync('/tmp/out.json', event.file);
  fs.readFileSync('/data/' + Number(event.n) + '.txt');
};

exports.confined = async (event) => {
  const full = path.resolve('/data', event.file);
  if (!full.startsWith('/data/')) throw new Error('bad path');
  fs.readFileSync(full);
};

exports.content = async (event) => {
  const name = fs.readFileSync('/data/name.txt', 'utf8');
  fs.readFileSync('/data/' + name);
};

exports.moved = async (event) => {
  const fs = require('fs');
  const path = require('path');
  fs.renameSync('/tmp/a', `/tmp/${event.name}`); // bad: path-traversal
  fs.renameSync(`/data/${event.name}`, '/tmp/a'); // bad: path-traversal
  fs.renameSync('/tmp/a', `/tmp/${path.basename(event.name)}`);
  fs.copyFileSync(`/data/${path.basename(event.name)}`, '/tmp/a');
};

exports.unpacked = async (event) => {
  const AdmZip = require('adm-zip');
  const unzipper = require('unzipper');
  const extract = require('extract-zip');
  const zip = new AdmZip(Buffer.from(event.body, 'base64'));
  zip.extractAllTo('/tmp/x'); // bad: path-traversal
  new AdmZip('/opt/a.zip').extractAllTo(`/tmp/${event.name}`); // bad: path-traversal
  new AdmZip('/opt/a.zip').extractAllTo('/tmp/x');
  unzipper.Extract({ path: `/tmp/${event.name}` }); // bad: path-traversal
  unzipper.Extract({ path: '/tmp/x' });
  await extract('/tmp/a.zip', { dir: `/tmp/${event.name}` }); // bad: path-traversal
  await extract('/tmp/a.zip', { dir: '/tmp/x' });
};

exports.stored = async (event) => {
  const { Storage } = require('@google-cloud/storage');
  const { BlobServiceClient } = require('@azure/storage-blob');
  const bucket = new Storage().bucket('reports');
  await bucket.file('a').download({ destination: `/tmp/${event.name}` }); // bad: path-traversal
  await bucket.file('a').download({ destination: `/tmp/${path.basename(event.name)}` });
  await bucket.upload(`/data/${event.name}`); // bad: path-traversal
  await bucket.upload(`/data/${path.basename(event.name)}`);
  const container = BlobServiceClient.fromConnectionString(process.env.BLOBS).getContainerClient('reports');
  await container.getBlobClient('a').downloadToFile(`/tmp/${event.name}`); // bad: path-traversal
  await container.getBlobClient('a').downloadToFile(`/tmp/${path.basename(event.name)}`);
  await container.getBlockBlobClient('a').uploadFile(`/data/${event.name}`); // bad: path-traversal
  await container.getBlockBlobClient('a').uploadFile('/data/a.txt');
};
