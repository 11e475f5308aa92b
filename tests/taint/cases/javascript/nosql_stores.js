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
};

exports.documents = async (event) => {
  const items = new CosmosClient(process.env.URL).database('d').container('c').items;
  await items.query(`SELECT * FROM c WHERE c.n = '${event.n}'`).fetchAll(); // bad: nosql-injection
  await items.query({ query: 'SELECT * FROM c WHERE c.n = @n', parameters: [{ name: '@n', value: event.n }] }).fetchAll();
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
  const index = new SearchClient(process.env.ENDPOINT, 'people', new AzureKeyCredential(process.env.KEY));
  await index.search('*', { filter: `name eq '${event.name}'` }); // bad: nosql-injection
  await index.search(event.text, { filter: 'active eq true' });
};
