const { exec, spawn } = require('child_process');
const childProcess = require('node:child_process');
const util = require('util');
const execa = require('execa');
const { quote } = require('shell-quote');
const run = util.promisify(exec);

exports.shell = async (event) => {
  exec('ls ' + event.dir); // bad: os-command-injection
  childProcess.execSync(`ls ${event.dir}`); // bad: os-command-injection
  await run(`ls ${event.dir}`); // bad: os-command-injection
  spawn('sh', ['-c', 'ls ' + event.dir]); // bad: os-command-injection
  spawn('ls', [event.dir], { shell: true }); // bad: os-command-injection
  spawn(event.program, ['x']); // bad: os-command-injection
  await execa.command('ls ' + event.dir); // bad: os-command-injection
};

exports.list = async (event) => {
  spawn('ls', ['-l', event.dir]);
  childProcess.execFileSync('convert', [event.a, '/tmp/b.png']);
  await execa('ls', [event.dir]);
  exec('date', (error, out) => console.log(out));
  exec('ls ' + quote([event.dir]));
};

exports.checked = async (event) => {
  const id = parseInt(event.id, 10);
  exec('kill ' + id);
  if (!/^[a-z0-9]+$/.test(event.name)) throw new Error('bad');
  exec('ls ' + event.name);
};

exports.repositories = async (event) => {
  const { execFile } = require('child_process');
  execFile('git', ['clone', event.url, '/tmp/x']); // bad: os-command-injection
  execFile('git', ['log', event.name]);
};

exports.containers = async (event) => {
  const Docker = require('dockerode');
  const docker = new Docker();
  await docker.run('alpine', ['sh', '-c', `ls ${event.dir}`], process.stdout); // bad: os-command-injection
  await docker.run('alpine', ['ls', event.dir], process.stdout);
  await docker.run('alpine', ['sh', '-c', 'ls /tmp'], process.stdout);
};

exports.simple = async (event) => {
  const simpleGit = require('simple-git');
  const git = simpleGit('/tmp/x');
  await git.clone(event.url, '/tmp/x'); // bad: os-command-injection
  await git.raw(['log', event.name]); // bad: os-command-injection
  await git.clone('https://git.example.com/orders.git', '/tmp/x');
  await git.raw(['log', '--oneline']);
  await git.commit(event.message);
};
