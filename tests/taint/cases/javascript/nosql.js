const { MongoClient, ObjectId } = require('mongodb');
const mongoose = require('mongoose');
const User = mongoose.model('User', new mongoose.Schema({}));

exports.parsed = async (event) => {
  const body = JSON.parse(event.body);
  const db = (await MongoClient.connect(process.env.URI)).db('shop');
  await db.collection('users').findOne({ name: body.name }); // bad: nosql-injection
  await db.collection('users').find(body).toArray(); // bad: nosql-injection
  await User.findOne({ name: body.name }); // bad: nosql-injection
  await User.updateOne({ _id: body.id }, { $set: { a: 1 } }); // bad: nosql-injection
  await db.collection('users').findOne({ _id: new ObjectId(body.id) });
  await db.collection('users').insertOne(body); // bad: mass-assignment
};

exports.texts = async (event) => {
  await User.findOne({ name: event.queryStringParameters.name });
  await User.find({ $where: `this.name == '${event.queryStringParameters.name}'` }); // bad: nosql-injection
};

exports.array = async (event) => {
  const body = JSON.parse(event.body);
  return [1, 2].find((one) => one === body.one);
};

exports.look_alikes = async (event) => {
  const body = JSON.parse(event.body);
  const page = require('cheerio').load('<p></p>');
  page('p').find(body.selector);
  body.list.find((one) => one.id === body.id);
};
