const crypto = require('crypto');
const validator = require('validator');

exports.fast = async (event) => {
  const { password } = event;
  crypto.createHash('sha256').update(password).digest('hex'); // bad: weak-hash-for-password
  crypto.createHash('sha256').update(event.body).digest('hex');
  crypto.hash('sha256', password); // bad: weak-hash-for-password
  crypto.hash('sha256', event.body);
  await crypto.subtle.digest('SHA-256', Buffer.from(password)); // bad: weak-hash-for-password
  await crypto.subtle.digest('SHA-256', Buffer.from(event.body));
  crypto.pbkdf2Sync(password, process.env.SALT, 1000, 64, 'sha512'); // bad: weak-hash-for-password
  crypto.pbkdf2Sync(password, process.env.SALT, 210000, 64, 'sha512');
  crypto.scryptSync(password, process.env.SALT, 64);
};

exports.words = async (event) => {
  require('child_process').execSync(`ls ${validator.whitelist(event.name, 'a-z')}`);
};
