const { Storage } = require('@google-cloud/storage');
const { PubSub } = require('@google-cloud/pubsub');
const { SecretManagerServiceClient } = require('@google-cloud/secret-manager');
const { BlobServiceClient } = require('@azure/storage-blob');
const { SecretClient } = require('@azure/keyvault-secrets');
const { ServiceBusClient } = require('@azure/service-bus');
const { TableClient } = require('@azure/data-tables');

const storage = new Storage();
const blobs = BlobServiceClient.fromConnectionString(process.env.BLOBS);

exports.chosen = async (event) => {
  const body = JSON.parse(event.body);
  await storage.bucket(body.bucket).file('a').download(); // bad: cloud-resource-injection
  await new PubSub().topic(body.topic).publishMessage({ json: {} }); // bad: cloud-resource-injection
  await new SecretManagerServiceClient().accessSecretVersion({ name: body.secret }); // bad: cloud-resource-injection
  blobs.getContainerClient(body.container); // bad: cloud-resource-injection
  await new SecretClient(process.env.VAULT, null).getSecret(body.secret); // bad: cloud-resource-injection
  new ServiceBusClient(process.env.BUS).createSender(body.queue); // bad: cloud-resource-injection
  new TableClient(process.env.TABLES, body.table); // bad: cloud-resource-injection
};

exports.fixed = async (event) => {
  const body = JSON.parse(event.body);
  await storage.bucket(process.env.BUCKET).file(`in/${body.name.replace(/\W/g, '')}`).exists();
  await new PubSub().topic(process.env.TOPIC).publishMessage({ json: { text: String(body.text) } });
  await new SecretManagerServiceClient().accessSecretVersion({ name: 'projects/p/secrets/s' });
  blobs.getContainerClient('uploads');
  await new SecretClient(process.env.VAULT, null).getSecret('signing');
  new ServiceBusClient(process.env.BUS).createSender('orders');
  new TableClient(process.env.TABLES, 'orders');
};
