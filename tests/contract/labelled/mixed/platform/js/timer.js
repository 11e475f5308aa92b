const scheduler = require('@aws-sdk/client-scheduler');

const client = new scheduler.SchedulerClient({});

function validate({ customer, cron }) {
  if (!/^[a-z]{3,20}$/.test(customer)) throw new Error('customer');
  if (!/^[\d*/?,\- LW#A-Z]+$/.test(cron)) throw new Error('cron');
}

exports.handler = async (event) => {
  validate(event);
  const { ScheduleArn } = await client.send(
    new scheduler.CreateScheduleCommand({
      Name: `import-${event.customer}`,
      ScheduleExpression: `cron(${event.cron})`,
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 },
      Target: {
        Arn: process.env.TARGET,
        RoleArn: process.env.ROLE,
        Input: JSON.stringify({ customer: event.customer }),
      },
    }),
  );
  return { ScheduleArn };
};
