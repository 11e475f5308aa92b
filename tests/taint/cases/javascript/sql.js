const mysql = require('mysql2/promise');
const callbacks = require('mysql');
const { Client, Pool } = require('pg');
const mssql = require('mssql');
const knex = require('knex')({ client: 'pg' });
const { Sequelize } = require('sequelize');
const Database = require('better-sqlite3');
const format = require('pg-format');

exports.promises = async (event) => {
  const connection = await mysql.createConnection({ host: 'h', password: process.env.PASSWORD });
  await connection.query("SELECT * FROM t WHERE n = '" + event.n + "'"); // bad: sql-injection
  await connection.execute(`SELECT * FROM t WHERE n = ${event.n}`); // bad: sql-injection
  await connection.query({ sql: `SELECT ${event.n}`, values: [] }); // bad: sql-injection
  await connection.query('SELECT * FROM t WHERE n = ?', [event.n]);
  await connection.query({ sql: 'SELECT * FROM t WHERE n = ?', values: [event.n] });
  await connection.query('SELECT * FROM t WHERE n = ' + callbacks.escape(event.n));
};

exports.callback = (event, context, done) => {
  const connection = callbacks.createConnection({ host: 'h' });
  connection.query('SELECT * FROM t WHERE n = ' + event.n, (error, rows) => { // bad: sql-injection
    connection.query('SELECT * FROM u WHERE n = ' + rows[0].n);
    done(null, rows);
  });
};

exports.postgres = async (event) => {
  const client = new Client();
  await client.query("SELECT * FROM t WHERE n = '" + event.n + "'"); // bad: sql-injection
  await client.query('SELECT * FROM t WHERE n = $1', [event.n]);
  await client.query({ text: 'SELECT * FROM t WHERE n = $1', values: [event.n] });
  await client.query(format('SELECT * FROM %I', event.t));
  const pooled = await new Pool().connect();
  await pooled.query(`SELECT * FROM t WHERE n = '${event.n}'`); // bad: sql-injection
};

exports.server = async (event) => {
  const pool = await mssql.connect(process.env.DSN);
  await pool.request().query(`SELECT * FROM t WHERE n = '${event.n}'`); // bad: sql-injection
  await pool.request().input('n', event.n).query('SELECT * FROM t WHERE n = @n');
  await mssql.query`SELECT * FROM t WHERE n = ${event.n}`;
};

exports.builders = async (event) => {
  await knex.raw(`SELECT * FROM t WHERE n = ${event.n}`); // bad: sql-injection
  await knex.raw('SELECT * FROM t WHERE n = ?', [event.n]);
  await knex('t').whereRaw('n = ' + event.n); // bad: sql-injection
  await knex('t').where({ n: event.n });
  const sequelize = new Sequelize(process.env.DSN);
  await sequelize.query(`SELECT * FROM t WHERE n = ${event.n}`); // bad: sql-injection
  await sequelize.query('SELECT * FROM t WHERE n = :n', { replacements: { n: event.n } });
};

exports.file = async (event) => {
  const db = new Database('/tmp/a.db');
  db.prepare('SELECT * FROM t WHERE n = ' + event.n).all(); // bad: sql-injection
  db.prepare('SELECT * FROM t WHERE n = ?').all(event.n);
};

exports.elsewhere = async (event) => {
  const db = require('our-database').open();
  await db.query(`SELECT a FROM t WHERE n = '${event.n}'`); // bad: sql-injection
  await db.query('SELECT a FROM t WHERE n = $1', [event.n]);
};

exports.prisma = async (event) => {
  const { PrismaClient } = require('@prisma/client');
  const prisma = new PrismaClient();
  await prisma.$queryRawUnsafe('SELECT * FROM t WHERE n = ' + event.n); // bad: sql-injection
  await prisma.$queryRaw`SELECT * FROM t WHERE n = ${event.n}`;
};

exports.insecure = async (event) => {
  callbacks.createConnection({ host: 'h', password: 'correct horse' }); // bad: hard-coded-secret
  new Pool({ ssl: { rejectUnauthorized: false } }); // bad: tls-verification-disabled
};

exports.conditions = async (event) => {
  const { DataSource } = require('typeorm');
  const { connect } = require('@planetscale/database');
  const builder = new DataSource({}).getRepository('t').createQueryBuilder('t');
  await builder.where(`t.name = '${event.n}'`).getMany(); // bad: sql-injection
  await builder.where('t.name = :name', { name: event.n }).getMany();
  await connect({}).execute(`SELECT * FROM t WHERE n = '${event.n}'`); // bad: sql-injection
  await connect({}).execute('SELECT * FROM t WHERE n = ?', [event.n]);
};

exports.unsafe = async (event) => {
  const { PrismaClient } = require('@prisma/client');
  const prisma = new PrismaClient();
  await prisma.$queryRawUnsafe('SELECT * FROM t WHERE n = $1', event.n);
  await prisma.$queryRaw`SELECT * FROM t WHERE n = ${event.n}`;
};

exports.warehouses = async (event) => {
  const { Spanner } = require('@google-cloud/spanner');
  const database = new Spanner().instance('shop').database('orders');
  await database.run({ sql: `SELECT * FROM t WHERE n = '${event.n}'` }); // bad: sql-injection
  await database.run(`SELECT * FROM t WHERE n = '${event.n}'`); // bad: sql-injection
  await database.run({ sql: 'SELECT * FROM t WHERE n = @n', params: { n: event.n } });
};

exports.series = async (event) => {
  const { InfluxDB, flux } = require('@influxdata/influxdb-client');
  const api = new InfluxDB({ url: process.env.URL, token: process.env.TOKEN }).getQueryApi('shop');
  await api.collectRows(`from(bucket: "orders") |> filter(fn: (r) => r.n == "${event.n}")`); // bad: sql-injection
  await api.collectRows(flux`from(bucket: "orders") |> filter(fn: (r) => r.n == ${event.n})`);
  await api.collectRows('from(bucket: "orders") |> range(start: -1h)');
};

exports.lakehouse = async (event) => {
  const { DBSQLClient } = require('@databricks/sql');
  const client = new DBSQLClient();
  await client.connect({ host: 'h', path: 'p', token: process.env.TOKEN });
  const session = await client.openSession();
  await session.executeStatement(`SELECT * FROM t WHERE n = '${event.n}'`); // bad: sql-injection
  await session.executeStatement('SELECT * FROM t WHERE n = :n', { namedParameters: { n: event.n } });
};
