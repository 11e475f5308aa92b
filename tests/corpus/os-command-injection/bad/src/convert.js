const { execSync } = require('child_process');

exports.handler = async (event) => {
  for (const record of event.Records) {
    const job = JSON.parse(record.body);
    execSync(`pandoc --to pdf ${job.name} -o /tmp/out.pdf`);
  }
};
