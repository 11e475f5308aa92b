const Redis = require('ioredis');
const neo4j = require('neo4j-driver');
const gremlin = require('gremlin');
const mongoose = require('mongoose');
const sanitize = require('mongo-sanitize');
const { MongoClient } = require('mongodb');
const { Client } = require('@opensearch-project/opensearch');
const { CosmosClient } = require('@azure/cosmos');
const { Firestore } = require('@google-cloud/firestore');

const redis = new Redis(process.env.HOST);
const people = new MongoClient(process.env.URL).db().collection('people');

exports.redis = async (event) => {
  await redis.eval(`return redis.call('get', '${event.k}')`, 0); // bad: nosql-injection
  await redis.call(event.command); // bad: nosql-injection
  await redis.eval("return redis.call('get', KEYS[1])", 1, event.k);
  await redis.call('GET', event.k);
  await redis.get(event.k);
};

exports.graphs = async (event) => {
  const session = neo4j.driver(process.env.URL).session();
  await session.run(`MATCH (n {name: '${event.n}'}) RETURN n`); // bad: nosql-injection
  await session.run('MATCH (n {name: $name}) RETURN n', { name: event.n });
  await session.executeRead((tx) => tx.run(`MATCH (n:${event.n}) RETURN n`)); // bad: nosql-injection
  await session.executeRead((tx) => tx.run('MATCH (n {name: $name}) RETURN n', { name: event.n }));
  const client = new gremlin.driver.Client(process.env.URL);
  await client.submit(`g.V('${event.id}')`); // bad: nosql-injection
  await client.submit('g.V(id)', { id: event.id });
};

exports.searches = async (event) => {
  const client = new Client({ node: process.env.HOST });
  await client.search({ index: 'i', body: JSON.parse(event.body) }); // bad: nosql-injection
  await client.search({ index: 'i', q: event.q }); // bad: nosql-injection
  await client.search({ index: 'i', body: { query: { query_string: { query: event.q } } } }); // bad: nosql-injection
  await client.search({ index: 'i', body: { query: { match_all: {} } } });
  const body = JSON.parse(event.body);
  await client.index({ index: 'i', body }); // bad: mass-assignment
  await client.index({ index: 'i', body: { title: body.title } });
  const es = new (require('@elastic/elasticsearch').Client)({ node: process.env.HOST });
  await es.index({ index: 'i', document: { ...body, seen: false } }); // bad: mass-assignment
  await es.index({ index: 'i', document: { title: body.title } });
};

exports.documents = async (event) => {
  const body = JSON.parse(event.body);
  const container = new CosmosClient(process.env.URL).database('d').container('c');
  const items = container.items;
  await items.query(`SELECT * FROM c WHERE c.n = '${event.n}'`).fetchAll(); // bad: nosql-injection
  await items.query({ query: 'SELECT * FROM c WHERE c.n = @n', parameters: [{ name: '@n', value: event.n }] }).fetchAll();
  await container.item(body.id, 'people').replace(body); // bad: mass-assignment
  await container.item(body.id, 'people').replace({ id: body.id, name: body.name });
  const db = new Firestore();
  await db.collection('people').doc(event.id).set(JSON.parse(event.body)); // bad: mass-assignment
  await db.collection('people').doc(event.id).set({ name: event.name });
  await db.collection('people').where(event.field, '==', 'x').get(); // bad: nosql-injection
  await db.collection('people').where('name', '==', event.name).get();
};

exports.mongo = async (event) => {
  const body = JSON.parse(event.body);
  await people.aggregate(body.pipeline); // bad: nosql-injection
  await people.aggregate([{ $match: { name: String(body.name) } }]);
  await people.find({ name: body.name }); // bad: nosql-injection
  await people.find(sanitize({ name: body.name }));
  await mongoose.model('A').find().$where(`this.n == '${event.n}'`); // bad: nosql-injection
  await mongoose.model('A').find().$where('this.n == 1');
  const found = await require('./elsewhere').collection().find({ name: body.name }); // bad: nosql-injection
  await people.insertOne({ name: String(body.name) });
};

exports.bulk = async (event) => {
  const body = JSON.parse(event.body);
  await people.bulkWrite([{ updateOne: { filter: { name: body.name }, update: { $set: { seen: true } } } }]); // bad: nosql-injection
  await people.bulkWrite([{ updateOne: { filter: { name: String(body.name) }, update: { $set: { seen: true } } } }]);
};

exports.ofAzure = async (event) => {
  const { TableClient, odata } = require('@azure/data-tables');
  const { SearchClient, AzureKeyCredential } = require('@azure/search-documents');
  const table = TableClient.fromConnectionString(process.env.CONNECTION, 'people');
  table.listEntities({ queryOptions: { filter: `name eq '${event.name}'` } }); // bad: nosql-injection
  table.listEntities({ queryOptions: { filter: odata`name eq ${event.name}` } });
  const body = JSON.parse(event.body);
  await table.createEntity(body); // bad: mass-assignment
  await table.createEntity({ partitionKey: 'people', rowKey: body.id, name: body.name });
  await table.upsertEntity({ ...body, partitionKey: 'people' }, 'Merge'); // bad: mass-assignment
  await table.upsertEntity({ partitionKey: 'people', rowKey: body.id, name: body.name }, 'Merge');
  await table.updateEntity(body, 'Replace'); // bad: mass-assignment
  await table.updateEntity({ partitionKey: 'people', rowKey: body.id, name: body.name }, 'Replace');
  const other = new TableClient(process.env.TABLES, 'people');
  await other.createEntity(body); // bad: mass-assignment
  await other.upsertEntity(body); // bad: mass-assignment
  await other.updateEntity(body); // bad: mass-assignment
  await other.updateEntity({ partitionKey: 'people', rowKey: body.id });
  const index = new SearchClient(process.env.ENDPOINT, 'people', new AzureKeyCredential(process.env.KEY));
  await index.search('*', { filter: `name eq '${event.name}'` }); // bad: nosql-injection
  await index.search(event.text, { filter: 'active eq true' });
};

exports.ofGoogle = async (event) => {
  const { Datastore } = require('@google-cloud/datastore');
  const admin = require('firebase-admin');
  const { getDatabase } = require('firebase-admin/database');
  const body = JSON.parse(event.body);
  const store = new Datastore();
  const key = store.key(['Person', body.id]);
  await store.save({ key, data: body }); // bad: mass-assignment
  await store.save([{ key, data: { ...body, seen: false } }]); // bad: mass-assignment
  await store.save({ key, data: { name: body.name } });
  await store.insert({ key, data: body }); // bad: mass-assignment
  await store.upsert({ key, data: body }); // bad: mass-assignment
  await store.update({ key, data: body }); // bad: mass-assignment
  await store.update({ key, data: { name: body.name } });
  await getDatabase().ref('people/a').set(body); // bad: mass-assignment
  await getDatabase().ref('people/a').update(body); // bad: mass-assignment
  await getDatabase().ref('people').push(body); // bad: mass-assignment
  await getDatabase().ref('people').push({ name: body.name });
  await admin.database().ref('people/a').set(body); // bad: mass-assignment
  await admin.database().ref('people/a').update(body); // bad: mass-assignment
  await admin.database().ref('people').push(body); // bad: mass-assignment
  await admin.database().ref('people/a').set({ name: body.name });
};

exports.ofDynamo = async (event) => {
  const dynamoose = require('dynamoose');
  const { Entity } = require('electrodb');
  const body = JSON.parse(event.body);
  const Person = dynamoose.model('Person', { id: String, name: String });
  await new Person(body).save(); // bad: mass-assignment
  await new Person({ id: body.id, name: body.name }).save();
  await Person.update({ id: body.id }, body); // bad: mass-assignment
  await Person.update({ id: body.id }, { name: body.name });
  const person = new Entity({ model: { entity: 'person', version: '1', service: 'shop' } });
  await person.put(body).go(); // bad: mass-assignment
  await person.create(body).go(); // bad: mass-assignment
  await person.upsert(body).go(); // bad: mass-assignment
  await person.put({ id: body.id, name: body.name }).go();
  await person.update({ id: body.id }).set(body).go(); // bad: mass-assignment
  await person.patch({ id: body.id }).set(body).go(); // bad: mass-assignment
  await person.patch({ id: body.id }).set({ name: body.name }).go();
};
