const mongoose = require('mongoose');
const { PrismaClient } = require('@prisma/client');
const { Model, DataTypes, Sequelize } = require('sequelize');
const { DataSource } = require('typeorm');
const knex = require('knex')({ client: 'pg' });
const { drizzle } = require('drizzle-orm/node-postgres');

const Order = mongoose.model('Order', new mongoose.Schema({ name: String }));
const prisma = new PrismaClient();

class Person extends Model {}

exports.mongoose = async (event) => {
  const body = JSON.parse(event.body);
  await Order.create(body); // bad: mass-assignment
  await Order.create({ name: String(body.name) });
  await new Order(body).save(); // bad: mass-assignment
  await new Order({ name: String(body.name) }).save();
  await Order.findByIdAndUpdate(String(body.id), body); // bad: mass-assignment
  await Order.findByIdAndUpdate(String(body.id), { $set: { name: String(body.name) } });
  await Order.findByIdAndUpdate(String(body.id), { $set: body }); // bad: mass-assignment
};

exports.relational = async (event) => {
  const body = JSON.parse(event.body);
  await prisma.order.create({ data: body }); // bad: mass-assignment
  await prisma.order.create({ data: { name: body.name } });
  await prisma.order.update({ where: { id: 1 }, data: { ...body, owner: 'me' } }); // bad: mass-assignment
  await prisma.order.findMany({ where: { name: String(body.name) } });
  await Person.create(body); // bad: mass-assignment
  await Person.create({ name: body.name });
  await knex('orders').insert(body); // bad: mass-assignment
  await knex('orders').insert({ name: body.name });
  const source = new DataSource({});
  await source.getRepository('orders').save(body); // bad: mass-assignment
  await source.getRepository('orders').save({ name: body.name });
  const db = drizzle(process.env.URL);
  await db.insert(Person).values(body); // bad: mass-assignment
  await db.insert(Person).values({ name: body.name });
  [...new Map([['a', body]]).values()].length;
};
