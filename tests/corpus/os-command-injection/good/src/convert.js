const { execFileSync } = require('child_process');

exports.handler = async (event) => {
  for (const record of event.Records) {
    const job = JSON.parse(record.body);
    execFileSync('pandoc', ['--to', 'pdf', '--output', '/tmp/out.pdf', '--', job.name]);
  }
};
