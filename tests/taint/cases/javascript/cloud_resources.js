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

const admin = require('firebase-admin');
const { getFirestore } = require('firebase-admin/firestore');
const { Firestore } = require('@google-cloud/firestore');
const { CloudTasksClient } = require('@google-cloud/tasks');
const { getSecret, SecretsProvider } = require('@aws-lambda-powertools/parameters/secrets');
const { getParameter, getParameters, SSMProvider } = require('@aws-lambda-powertools/parameters/ssm');

exports.parametersOfTheSender = async (event) => {
  const body = JSON.parse(event.body);
  await getSecret(body.name); // bad: cloud-resource-injection
  await new SecretsProvider().get(`tenants/${body.name}/key`); // bad: cloud-resource-injection
  await getParameter(body.name, { decrypt: true }); // bad: cloud-resource-injection
  await new SSMProvider().get(body.name); // bad: cloud-resource-injection
  await getParameters(`/tenants/${body.name}`); // bad: cloud-resource-injection
};

exports.parametersOfAList = async (event) => {
  const body = JSON.parse(event.body);
  if (['mail', 'payments'].includes(body.name)) {
    await getSecret(body.name);
  }
  await new SecretsProvider().get('signing', { maxAge: 60 });
  await getParameter(`/${process.env.STAGE}/limits`, { decrypt: true });
  await new SSMProvider().get('/shop/limits');
  return Object.keys(await getParameters('/shop/limits')).includes(body.name);
};

exports.collectionOfTheSender = async (event) => {
  await new Firestore().collection(event.kind).get(); // bad: cloud-resource-injection
  await admin.firestore().collection(`users/${event.kind}/orders`).get(); // bad: cloud-resource-injection
  await getFirestore().collection(event.kind).get(); // bad: cloud-resource-injection
};

exports.collectionOfTheCode = async (event) => {
  await new Firestore().collection('orders').doc(event.id).get();
  await admin.firestore().collection('orders').doc(event.id).get();
  await getFirestore().collection('orders').doc(event.id).get();
};

exports.queueOfTheSender = async (event) => {
  const tasks = new CloudTasksClient();
  await tasks.createTask({ parent: event.queue, task: {} }); // bad: cloud-resource-injection
  await tasks.createTask({ parent: tasks.queuePath('shop', 'europe-west1', event.queue), task: {} }); // bad: cloud-resource-injection
};

exports.queueOfTheCode = async (event) => {
  const tasks = new CloudTasksClient();
  const parent = tasks.queuePath('shop', 'europe-west1', 'mails');
  const body = Buffer.from(JSON.stringify({ text: event.text })).toString('base64');
  await tasks.createTask({ parent, task: { httpRequest: { url: 'https://mails.example.com', body } } });
};
