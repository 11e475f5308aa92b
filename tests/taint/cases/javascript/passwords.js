const crypto = require('crypto');
const validator = require('validator');

exports.fast = async (event) => {
  const { password } = event;
  crypto.createHash('sha256').update(password).digest('hex'); // bad: weak-hash-for-password
  crypto.createHash('sha256').update(event.body).digest('hex');
  crypto.scryptSync(password, process.env.SALT, 64);
};

exports.words = async (event) => {
  require('child_process').execSync(`ls ${validator.whitelist(event.name, 'a-z')}`);
};
