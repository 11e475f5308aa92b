const { ECS, waitUntilTasksStopped } = require('@aws-sdk/client-ecs');

const ecs = new ECS({});
const { TASK, CLUSTER, SUBNETS } = process.env;

exports.handler = async ({ customer, wait }) => {
  const { tasks, failures } = await ecs.runTask({
    cluster: CLUSTER,
    taskDefinition: TASK,
    launchType: 'FARGATE',
    networkConfiguration: { awsvpcConfiguration: { subnets: SUBNETS.split(','), assignPublicIp: 'DISABLED' } },
    overrides: { containerOverrides: [{ name: 'main', environment: [{ name: 'CUSTOMER', value: customer }] }] },
  });
  if (failures.length) {
    throw new Error(failures.map((f) => f.reason).join(', '));
  }
  const arns = tasks.map((t) => t.taskArn);
  if (wait) {
    const result = await waitUntilTasksStopped({ client: ecs, maxWaitTime: 600 }, { cluster: CLUSTER, tasks: arns });
    return { arns, state: result.state };
  }
  return { arns };
};
