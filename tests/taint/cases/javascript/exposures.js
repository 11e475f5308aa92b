const { SecretsManagerClient, GetSecretValueCommand } = require('@aws-sdk/client-secrets-manager');
const { SSMClient, GetParameterCommand } = require('@aws-sdk/client-ssm');
const { DynamoDBDocumentClient, GetCommand, QueryCommand } = require('@aws-sdk/lib-dynamodb');
const { S3Client, PutObjectCommand } = require('@aws-sdk/client-s3');
const axios = require('axios');
const bcrypt = require('bcryptjs');
const crypto = require('crypto');
const express = require('express');
const fs = require('fs');
const jwt = require('jsonwebtoken');
const mysql = require('mysql2/promise');

const secrets = new SecretsManagerClient({});
const ssm = new SSMClient({});
const table = DynamoDBDocumentClient.from({});
const s3 = new S3Client({});
const app = express();

exports.part = async (event) => {
  const answer = await secrets.send(new GetSecretValueCommand({ SecretId: 'orders' }));
  const { apiKey } = JSON.parse(answer.SecretString);
  return { statusCode: 200, body: JSON.stringify({ apiKey }) }; // bad: sensitive-data-exposed
};

exports.parameter = async (event) => {
  const answer = await ssm.send(new GetParameterCommand({ Name: 'key', WithDecryption: true }));
  return { statusCode: 200, body: answer.Parameter.Value }; // bad: sensitive-data-exposed
};

exports.inText = async (event) => {
  const answer = await secrets.send(new GetSecretValueCommand({ SecretId: 'orders' }));
  return { statusCode: 200, body: `key=${answer.SecretString}` }; // bad: sensitive-data-exposed
};

exports.environment = async (event) => {
  return { statusCode: 200, body: JSON.stringify(process.env) }; // bad: sensitive-data-exposed
};

exports.variable = async (event) => {
  return { statusCode: 200, body: JSON.stringify({ secret: process.env.CLIENT_SECRET }) }; // bad: sensitive-data-exposed
};

exports.hash = async (event) => {
  const { Item } = await table.send(new GetCommand({ TableName: 'users', Key: { id: event.id } }));
  return { statusCode: 200, body: JSON.stringify({ id: Item.id, passwordHash: Item.passwordHash }) }; // bad: sensitive-data-exposed
};

exports.listed = async (event) => {
  const { Items } = await table.send(new QueryCommand({ TableName: 'users' }));
  return { statusCode: 200, body: JSON.stringify(Items.map((item) => ({ id: item.id, ssn: item.ssn }))) }; // bad: sensitive-data-exposed
};

exports.object = async (event) => {
  const answer = await secrets.send(new GetSecretValueCommand({ SecretId: 'orders' }));
  await s3.send(new PutObjectCommand({ Bucket: 'site', Key: 'c', Body: answer.SecretString, ACL: 'public-read' })); // bad: sensitive-data-exposed, public-object-acl
};

exports.others = async (event) => {
  const { Item } = await table.send(new GetCommand({ TableName: 'users', Key: { id: event.id } }));
  await axios.post('https://crm.example.com/users', { email: Item.email, salt: Item.salt }); // bad: sensitive-data-exposed
};

exports.file = async (event) => {
  const answer = await secrets.send(new GetSecretValueCommand({ SecretId: 'orders' }));
  fs.writeFileSync('/tmp/key.pem', answer.SecretString); // bad: sensitive-data-exposed
};

exports.tokenForCaller = async (event) => {
  const answer = await secrets.send(new GetSecretValueCommand({ SecretId: 'signing' }));
  const token = jwt.sign({ sub: event.user }, answer.SecretString);
  const mac = crypto.createHmac('sha256', answer.SecretString).update(event.text).digest('hex');
  return { statusCode: 200, body: JSON.stringify({ token, mac }) };
};

exports.rows = async (event) => {
  const { password } = JSON.parse((await secrets.send(new GetSecretValueCommand({ SecretId: 'orders' }))).SecretString);
  const connection = await mysql.createConnection({ host: process.env.HOST, password, ssl: {} });
  const [rows] = await connection.query('SELECT 1');
  return { statusCode: 200, body: JSON.stringify(rows) };
};

exports.login = async (event) => {
  const { user, password } = JSON.parse(event.body);
  const { Item } = await table.send(new GetCommand({ TableName: 'users', Key: { user } }));
  if (!(await bcrypt.compare(password, Item.passwordHash))) return { statusCode: 401, body: '' };
  const { passwordHash, ...rest } = Item;
  return { statusCode: 200, body: JSON.stringify(rest) };
};

exports.apiAnswer = async (event) => {
  const answer = await secrets.send(new GetSecretValueCommand({ SecretId: 'orders' }));
  const { data } = await axios.get('https://api.example.com', { headers: { Authorization: `Bearer ${answer.SecretString}` } });
  return { statusCode: 200, body: JSON.stringify(data) };
};

exports.signIn = async (event) => {
  const answer = await secrets.send(new GetSecretValueCommand({ SecretId: 'orders' }));
  const { data } = await axios.post('https://login.example.com/token', { client_secret: answer.SecretString });
  return { statusCode: 200, body: JSON.stringify({ token: data.access_token }) };
};

exports.settings = async (event) => {
  return { statusCode: 200, body: JSON.stringify({ table: process.env.TABLE, arn: process.env.SECRET_ARN, key: process.env.MAPS_API_KEY, stage: process.env.STAGE }) };
};

exports.echoed = async (event) => {
  const { password } = JSON.parse(event.body);
  return { statusCode: 200, body: JSON.stringify({ password }) };
};

exports.emptied = async (event) => {
  const { Item } = await table.send(new GetCommand({ TableName: 'users', Key: { id: event.id } }));
  return { statusCode: 200, body: JSON.stringify({ ...Item, password: undefined, hasPassword: !!Item.password }) };
};
