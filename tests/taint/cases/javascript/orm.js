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
  const order = await Order.findById(String(body.id));
  order.set(body); // bad: mass-assignment
  order.set({ name: String(body.name) });
  (await Order.findOne({ name: String(body.name) })).set(body); // bad: mass-assignment
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
  await source.getRepository('orders').update(1, body); // bad: mass-assignment
  await source.getRepository('orders').update(1, { name: body.name });
  source.getRepository('orders').merge(await source.getRepository('orders').findOneBy({ id: 1 }), body); // bad: mass-assignment
  await source.manager.save('orders', body); // bad: mass-assignment
  await source.manager.save('orders', { name: body.name });
  await source.manager.insert('orders', body); // bad: mass-assignment
  await source.manager.insert('orders', { name: body.name });
  await source.manager.update('orders', 1, body); // bad: mass-assignment
  await source.manager.update('orders', 1, { name: body.name });
  const db = drizzle(process.env.URL);
  await db.insert(Person).values(body); // bad: mass-assignment
  await db.insert(Person).values({ name: body.name });
  await db.update(Person).set(body); // bad: mass-assignment
  await db.update(Person).set({ name: body.name });
  [...new Map([['a', body]]).values()].length;
};

exports.builders = async (event) => {
  const { Kysely } = require('kysely');
  const body = JSON.parse(event.body);
  await require('drizzle-orm/mysql2').drizzle(process.env.URL).update(Person).set(body); // bad: mass-assignment
  await require('drizzle-orm/neon-http').drizzle(process.env.URL).update(Person).set(body); // bad: mass-assignment
  await require('drizzle-orm/postgres-js').drizzle(process.env.URL).update(Person).set(body); // bad: mass-assignment
  const db = new Kysely({});
  await db.updateTable('orders').set(body).execute(); // bad: mass-assignment
  await db.updateTable('orders').set({ name: body.name }).execute();
};
