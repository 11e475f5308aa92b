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
