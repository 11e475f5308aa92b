const https = require('https');
const http = require('http');
const axios = require('axios');
const got = require('got');
const fetch2 = require('node-fetch');
const { Client, Pool } = require('pg');
const mysql = require('mysql2/promise');
const knex = require('knex');
const { Sequelize } = require('sequelize');
const { DataSource } = require('typeorm');
const Redis = require('ioredis');
const { createClient } = require('redis');
const { MongoClient } = require('mongodb');
const mongoose = require('mongoose');
const elastic = require('@elastic/elasticsearch');
const opensearch = require('@opensearch-project/opensearch');
const { AwsSigv4Signer } = require('@opensearch-project/opensearch/aws');
const { Kafka } = require('kafkajs');
const amqp = require('amqplib');
const mqtt = require('mqtt');
const nodemailer = require('nodemailer');
const ldap = require('ldapjs');
const ftp = require('basic-ftp');
const Memcached = require('memcached');
const AWS = require('aws-sdk');
const { S3Client } = require('@aws-sdk/client-s3');
const { Signer } = require('@aws-sdk/rds-signer');

exports.databases = async (event) => {
  new Client({ host: 'db.example.com', user: 'app', password: process.env.P }); // bad: plaintext-transport
  new Pool({ host: process.env.HOST, user: 'app', password: process.env.P }); // perhaps: plaintext-transport
  new Pool({ connectionString: process.env.DATABASE_URL, ssl: { rejectUnauthorized: false } }); // bad: tls-verification-disabled
  await mysql.createConnection({ host: 'db.example.com', user: 'app', password: process.env.P }); // bad: plaintext-transport
  knex({ client: 'mysql2', connection: { host: 'db.example.com', password: process.env.P } }); // bad: plaintext-transport
  new Sequelize('orders', 'app', process.env.P, { host: 'db.example.com', dialect: 'mysql' }); // bad: plaintext-transport
  new Sequelize('orders', 'app', process.env.P, { dialect: 'postgres', dialectOptions: { ssl: { rejectUnauthorized: false } } }); // bad: tls-verification-disabled
  new DataSource({ type: 'postgres', host: 'db.example.com', password: process.env.P }); // bad: plaintext-transport
  new MongoClient('mongodb://db.example.com:27017'); // bad: plaintext-transport, unauthenticated-connection
  await mongoose.connect(process.env.MONGO, { tlsAllowInvalidCertificates: true }); // bad: tls-verification-disabled
};

exports.databasesWell = async (event) => {
  new Client({ connectionString: process.env.DATABASE_URL });
  new Client({ host: 'localhost', user: 'app', password: process.env.P });
  new Client({ host: 'postgres', user: 'app', password: process.env.P });
  new Client(event.options);
  new Pool({ host: 'db.example.com', ssl: { ca: process.env.CA }, password: process.env.P });
  new Pool({ host: 'db.example.com', ssl: process.env.STAGE === 'dev' ? false : { ca: process.env.CA } });
  new Pool({ host: 'db.example.com', ...event.options }); // bad: server-side-request-forgery
  await mysql.createConnection({ host: 'db.example.com', ssl: 'Amazon RDS', password: process.env.P });
  knex({ client: 'sqlite3', connection: { filename: 'orders.db' } });
  knex({ client: 'pg', connection: process.env.DATABASE_URL });
  new Sequelize('sqlite::memory:');
  new Sequelize(process.env.DATABASE_URL, { dialect: 'postgres' });
  new DataSource({ type: 'postgres', url: process.env.DATABASE_URL });
  new MongoClient(`mongodb+srv://app:${process.env.P}@cluster.example.mongodb.net`);
  await mongoose.connect(process.env.MONGO);
  await mongoose.connect('mongodb://localhost:27017/orders');
  const signer = new Signer({ hostname: 'db.example.com', port: 5432, username: 'app' });
  new Client({ host: 'db.example.com', password: await signer.getAuthToken(), ssl: true });
};

exports.stores = async (event) => {
  new Redis({ host: 'cache.example.com', port: 6379 }); // bad: plaintext-transport, unauthenticated-connection
  new Redis({ host: process.env.CACHE, tls: {} }); // bad: unauthenticated-connection
  new Redis('redis://cache.example.com:6379', { password: process.env.P }); // bad: plaintext-transport
  new Redis({ host: process.env.CACHE, password: process.env.P, tls: { rejectUnauthorized: false } }); // bad: tls-verification-disabled
  createClient({ url: 'redis://cache.example.com:6379', password: process.env.P }); // bad: plaintext-transport
  createClient({ socket: { host: process.env.CACHE, tls: true } }); // bad: unauthenticated-connection
  new elastic.Client({ node: 'http://search.example.com:9200', auth: { username: 'u', password: process.env.P } }); // bad: plaintext-transport
  new elastic.Client({ node: 'https://search.example.com', auth: { apiKey: process.env.K }, tls: { rejectUnauthorized: false } }); // bad: tls-verification-disabled
  new opensearch.Client({ node: 'https://search.example.com' }); // bad: unauthenticated-connection
};

exports.storesWell = async (event) => {
  new Redis();
  new Redis(process.env.REDIS_URL);
  new Redis({ host: 'redis' });
  new Redis({ host: process.env.CACHE, password: process.env.P, tls: {} });
  new Redis(`rediss://:${process.env.P}@cache.example.com:6379`);
  createClient({ url: process.env.REDIS_URL });
  createClient();
  new Memcached('cache.example.com:11211');
  new opensearch.Client({ ...AwsSigv4Signer({ region: 'eu-west-1', service: 'es' }), node: 'https://search.example.com' });
  new elastic.Client({ cloud: { id: 'x' }, auth: { apiKey: process.env.K } });
};

exports.brokers = async (event) => {
  new Kafka({ brokers: ['b-1.example.com:9092'] }); // bad: plaintext-transport, unauthenticated-connection
  await amqp.connect('amqp://broker.example.com'); // bad: plaintext-transport
  await amqp.connect('amqps://broker.example.com', { rejectUnauthorized: false }); // bad: tls-verification-disabled
  mqtt.connect('mqtt://broker.example.com', { username: 'u', password: process.env.P }); // bad: plaintext-transport
};

exports.brokersWell = async (event) => {
  new Kafka({ brokers: [process.env.B], ssl: true, sasl: { mechanism: 'scram-sha-512', username: 'u', password: process.env.P } });
  new Kafka({ brokers: process.env.B.split(','), ssl: true, sasl: { mechanism: 'oauthbearer' } });
  await amqp.connect(`amqps://u:${process.env.P}@broker.example.com`);
  await amqp.connect('amqp://localhost');
  mqtt.connect('mqtts://broker.example.com', { cert: event.cert, key: event.key });
  mqtt.connect(process.env.BROKER);
};

exports.others = async (event) => {
  nodemailer.createTransport({ host: 'mail.example.com', ignoreTLS: true }); // bad: plaintext-transport
  nodemailer.createTransport({ host: 'mail.example.com', tls: { rejectUnauthorized: false } }); // bad: tls-verification-disabled
  ldap.createClient({ url: 'ldap://directory.example.com' }); // bad: plaintext-transport
  await new ftp.Client().access({ host: 'files.example.com', user: 'u', password: process.env.P }); // bad: plaintext-transport
  new AWS.S3({ endpoint: 'http://objects.example.com' }); // bad: plaintext-transport
  new S3Client({ endpoint: 'http://objects.example.com' }); // bad: plaintext-transport
};

exports.othersWell = async (event) => {
  nodemailer.createTransport({ host: 'mail.example.com', port: 587, secure: false, auth: { user: 'u', pass: process.env.P } });
  nodemailer.createTransport({ host: 'localhost', port: 1025, ignoreTLS: true });
  nodemailer.createTransport({ SES: new AWS.SES() });
  ldap.createClient({ url: 'ldaps://directory.example.com' });
  await new ftp.Client().access({ host: 'files.example.com', secure: true, user: 'u', password: process.env.P });
  new AWS.DynamoDB.DocumentClient({ endpoint: 'http://localhost:8000' });
  new S3Client({});
};

exports.http = async (event) => {
  const client = axios.create({ baseURL: 'http://api.example.com' }); // bad: plaintext-transport
  await client.get('/items');
  http.get({ hostname: 'api.example.com', path: '/' }); // bad: plaintext-transport
  const agent = new https.Agent({ rejectUnauthorized: false }); // bad: tls-verification-disabled
  await axios.get('https://api.example.com', { httpsAgent: agent });
};

exports.httpWell = async (event) => {
  await axios.get('http://localhost:3000/items');
  await axios.get('http://api:3000/items');
  await fetch2(`http://${process.env.AWS_LAMBDA_RUNTIME_API}/2020-01-01/extension/register`);
  http.get({ hostname: process.env.HOST });
  await got('https://api.example.com', { headers: { Authorization: `Bearer ${process.env.T}` } });
  https.request({ hostname: 'api.example.com', cert: process.env.CERT, key: process.env.KEY });
};
