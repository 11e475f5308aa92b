"""Decisions about access by a field which the caller sets, and what only looks like one."""

from __future__ import annotations

from pathlib import Path

import pytest
from unseen_harness import Case, run

from ringfence.model.finding import Finding

RULE = "authorization-by-caller"
PYTHON = "import json, os, boto3\ntable = boto3.resource('dynamodb').Table('t')\n"
JAVASCRIPT = "const AWS = require('aws-sdk');\nconst db = new AWS.DynamoDB.DocumentClient();\n"

DECIDED_PYTHON = {
    "a branch of elif": """
def handler(event, context):
  b=json.loads(event['body'])
  if b['op']=='a':
    return 1
  elif b.get('role') not in ['admin','manager']:
    return {'statusCode':403}
  table.delete_item(Key={'id':'a'})
""",
    "one of two conditions": """
def handler(event, context):
  h=event['headers']
  if h.get('x-user-id') and h.get('x-user-role')=='admin':
    table.delete_item(Key={'id':'a'})
    return {'statusCode':200}
  return {'statusCode':403}
""",
    "a way around the owner": """
def handler(event, context):
  b=json.loads(event['body'])
  item=table.get_item(Key={'id':'a'})['Item']
  if item['user_id']!=b['user_id'] and not b.get('is_admin'):
    raise PermissionError('no')
  table.delete_item(Key={'id':'a'})
""",
    "a field of a dataclass": """
from dataclasses import dataclass
@dataclass
class Ctx:
  user: str
  role: str
def ctx(event):
  return Ctx(user=event['headers']['x-user'], role=event['headers']['x-role'])
def handler(event, context):
  c=ctx(event)
  if c.role != 'admin':
    return {'statusCode':403}
  table.delete_item(Key={'id':'a'})
""",
    "a set of roles": """
ADMIN=frozenset({'admin','root'})
def handler(event, context):
  q=event.get('queryStringParameters') or {}
  if q.get('role','guest') not in ADMIN:
    return {'statusCode':401}
  table.delete_item(Key={'id':'a'})
""",
    "any of a list": """
def handler(event, context):
  roles=json.loads(event['body']).get('roles',[])
  if not any(r in ('admin','ops') for r in roles):
    return {'statusCode':403}
  table.delete_item(Key={'id':'a'})
""",
    "a set in common": """
def handler(event, context):
  roles=json.loads(event['body']).get('roles',[])
  if not set(roles) & {'admin'}:
    return {'statusCode':403}
  table.delete_item(Key={'id':'a'})
""",
    "the tenant of an item": """
def handler(event, context):
  item=table.get_item(Key={'id':'a'}).get('Item',{})
  if item.get('tenantId') != event['headers'].get('x-tenant-id'):
    return {'statusCode':403,'body':'forbidden'}
  return {'statusCode':200,'body':json.dumps(item)}
""",
    "whether it was paid": """
def handler(event, context):
  b=json.loads(event['body'])
  if not b.get('isPaid'):
    return {'statusCode':403,'body':'not allowed'}
  return {'statusCode':200,'body':json.dumps(table.get_item(Key={'id':'a'})['Item'])}
""",
    "the plan": """
def handler(event, context):
  b=json.loads(event['body'])
  if b.get('plan') != 'premium':
    return {'statusCode':403,'body':'upgrade'}
  return {'statusCode':200,'body':json.dumps(table.get_item(Key={'id':'a'})['Item'])}
""",
    "a level": """
def handler(event, context):
  b=json.loads(event['body'])
  if int(b.get('access_level',0)) < 5:
    return {'statusCode':403}
  table.delete_item(Key={'id':'a'})
""",
    "everything for one role": """
def handler(event, context):
  b=json.loads(event['body'])
  if b.get('role') == 'admin':
    items=table.scan()['Items']
  else:
    items=[]
  return {'statusCode':200,'body':json.dumps(items)}
""",
    "all of a table instead of one item": """
def handler(event, context):
  b=json.loads(event['body'])
  me=event['requestContext']['authorizer']['claims']['sub']
  if b.get('isAdmin'):
    items=table.scan()['Items']
  else:
    items=table.get_item(Key={'id':me})
  return {'statusCode':200,'body':json.dumps(items)}
""",
    "a cookie": """
def handler(event, context):
  cookies=dict(c.split('=') for c in event['headers']['cookie'].split('; '))
  if cookies.get('role') != 'admin':
    return {'statusCode':403}
  table.delete_item(Key={'id':'a'})
""",
    "a parsed cookie": """
from http.cookies import SimpleCookie
def handler(event, context):
  cookies=SimpleCookie(event['headers']['Cookie'])
  if cookies['isAdmin'].value != 'true':
    return {'statusCode':403}
  table.delete_item(Key={'id':'a'})
""",
    "the body of Flask": """
from flask import Flask, request, jsonify
import serverless_wsgi
app=Flask(__name__)
@app.route('/x', methods=['DELETE'])
def x():
  data=request.get_json()
  if data.get('role') != 'admin':
    return jsonify(error='forbidden'), 403
  table.delete_item(Key={'id':'a'})
  return 'ok'
def handler(event, context):
  return serverless_wsgi.handle_request(app, event, context)
""",
    "a decorator of Flask": """
from functools import wraps
from flask import Flask, request, abort
import serverless_wsgi
app=Flask(__name__)
def admin_required(f):
  @wraps(f)
  def inner(*a, **k):
    if request.headers.get('X-Role') != 'admin':
      abort(403)
    return f(*a, **k)
  return inner
@app.route('/x', methods=['DELETE'])
@admin_required
def x():
  table.delete_item(Key={'id':'a'})
  return 'ok'
def handler(event, context):
  return serverless_wsgi.handle_request(app, event, context)
""",
    "a header of Powertools": """
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.exceptions import UnauthorizedError
app=APIGatewayRestResolver()
@app.delete('/x')
def x():
  role=app.current_event.headers.get('x-role')
  if role != 'admin':
    raise UnauthorizedError('no')
  table.delete_item(Key={'id':'a'})
  return {}
def handler(event, context):
  return app.resolve(event, context)
""",
    "a match statement": """
def handler(event, context):
  b=json.loads(event['body'])
  match b['role']:
    case 'admin':
      table.delete_item(Key={'id':'a'})
      return {'statusCode':200}
    case _:
      return {'statusCode':403}
""",
    "the owner of a row": """
import pymysql
conn=pymysql.connect(host='h')
def handler(event, context):
  b=json.loads(event['body'])
  cur=conn.cursor(pymysql.cursors.DictCursor)
  cur.execute('select * from notes where id=%s', (b['id'],))
  row=cur.fetchone()
  if row['owner_id'] != b['user_id']:
    return {'statusCode':403}
  cur.execute('delete from notes where id=%s', (b['id'],))
  return {'statusCode':200}
""",
    "an item that is hidden": """
def handler(event, context):
  b=json.loads(event['body'])
  item=table.get_item(Key={'id':'a'})['Item']
  if item['userId'] != b['userId']:
    return {'statusCode':404}
  return {'statusCode':200,'body':item['name']}
""",
}

SILENT_PYTHON = {
    "a field that must be there": """
def handler(event, context):
  b=json.loads(event['body'])
  if b.get('admin') is None:
    return {'statusCode':400,'body':'admin is required'}
  table.put_item(Item={'id':'a','admin':b['admin']})
  return {'statusCode':200}
""",
    "a role that admins may assign": """
def handler(event, context):
  b=json.loads(event['body'])
  c=event['requestContext']['authorizer']['claims']
  if b['role'] in ('admin','owner') and c['role'] != 'admin':
    return {'statusCode':403,'body':'Forbidden'}
  table.put_item(Item={'id':'a','role':b['role']})
""",
    "a role that nobody may assign": """
def handler(event, context):
  b=json.loads(event['body'])
  if b['role'] == 'owner':
    return {'statusCode':403,'body':'Cannot assign owner role'}
  table.put_item(Item={'id':'a','role':b['role']})
""",
    "a check of the input": """
ROLES=['admin','user']
def handler(event, context):
  b=json.loads(event['body'])
  if b['role'] not in ROLES:
    raise ValueError('Invalid role')
  table.put_item(Item={'id':'a','role':b['role']})
""",
    "a check of the input with a status": """
def handler(event, context):
  b=json.loads(event['body'])
  if b['role'] not in ('admin','manager'):
    return {'statusCode':400,'body':'bad role'}
  table.put_item(Item={'id':'a','role':b['role']})
""",
    "what is made for a kind of user": """
def handler(event, context):
  b=json.loads(event['body'])
  if b['role'] == 'teacher':
    table.put_item(Item={'id':'a','kind':'t'})
  else:
    table.put_item(Item={'id':'b','kind':'s'})
""",
    "a filter": """
def handler(event, context):
  q=event['queryStringParameters']
  if q.get('group') == 'internal':
    r=table.scan()
  else:
    r=table.get_item(Key={'id':'a'})
  return {'statusCode':200,'body':json.dumps(r['Items'])}
""",
    "a user found by a token": """
def handler(event, context):
  user=table.get_item(Key={'token':event['headers']['authorization']})['Item']
  b=json.loads(event['body'])
  if user['userId'] != b['userId']:
    return {'statusCode':403}
  table.delete_item(Key={'id':'a'})
""",
    "a session found by a token": """
def handler(event, context):
  session=table.get_item(Key={'token':event['headers']['authorization']})['Item']
  b=json.loads(event['body'])
  if session['userId'] != b['userId']:
    return {'statusCode':403}
  table.delete_item(Key={'id':'a'})
""",
    "groups of Cognito": """
def handler(event, context):
  if 'admin' not in event['requestContext']['authorizer']['claims'].get('cognito:groups',''):
    return {'statusCode':403}
  table.delete_item(Key={'id':'a'})
""",
    "what an authoriser tells": """
def handler(event, context):
  if event['requestContext']['authorizer']['lambda']['role'] != 'admin':
    return {'statusCode':403}
  table.delete_item(Key={'id':'a'})
""",
    "a token that a helper verifies": """
from auth import verify
def handler(event, context):
  user=verify(event['headers']['authorization'])
  if user['role'] != 'admin':
    return {'statusCode':403}
  table.delete_item(Key={'id':'a'})
""",
    "a secret": """
def handler(event, context):
  if event['headers'].get('x-admin') != os.environ['ADMIN_SECRET']:
    return {'statusCode':403}
  table.delete_item(Key={'id':'a'})
""",
    "roles of others": """
def handler(event, context):
  b=json.loads(event['body'])
  for m in b['members']:
    if m['role'] != 'admin':
      return {'statusCode':403}
  table.delete_item(Key={'id':'a'})
""",
    "what is shown": """
def handler(event, context):
  b=json.loads(event['body'])
  title = 'Administrator' if b.get('role') == 'admin' else 'User'
  return {'statusCode':200,'body':title}
""",
    "a look-up in the pool": """
idp=boto3.client('cognito-idp')
def handler(event, context):
  u=idp.get_user(AccessToken=event['headers']['authorization'])
  groups=[a['Value'] for a in u['UserAttributes'] if a['Name']=='custom:groups']
  if 'admin' not in groups:
    return {'statusCode':403}
  table.delete_item(Key={'id':'a'})
""",
    "the user of a session": """
from flask import Flask, request, abort
from flask_login import current_user
import serverless_wsgi
app=Flask(__name__)
@app.route('/x', methods=['DELETE'])
def x():
  if current_user.role != 'admin':
    abort(403)
  table.delete_item(Key={'id':'a'})
  return 'ok'
def handler(event, context):
  return serverless_wsgi.handle_request(app, event, context)
""",
    "claims of Powertools": """
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.exceptions import UnauthorizedError
app=APIGatewayRestResolver()
@app.delete('/x')
def x():
  role=app.current_event.request_context.authorizer.claims.get('role')
  if role != 'admin':
    raise UnauthorizedError('no')
  table.delete_item(Key={'id':'a'})
  return {}
def handler(event, context):
  return app.resolve(event, context)
""",
    "a code that was sent": """
def handler(event, context):
  b=json.loads(event['body'])
  item=table.get_item(Key={'id':'a'})['Item']
  if item['email'] != b['email'] or item['code'] != b['code']:
    return {'statusCode':401}
  return {'statusCode':200,'body':item['name']}
""",
    "a login": """
def handler(event, context):
  b=json.loads(event['body'])
  u=table.get_item(Key={'id':b['username']})['Item']
  if u['username'] != b['username'] or u['hash'] != b['hash']:
    return {'statusCode':401}
  return {'statusCode':200}
""",
}

DECIDED_JAVASCRIPT = {
    "some of a list": """
exports.handler = async (event) => {
 const {roles} = JSON.parse(event.body);
 if (!roles.some(r => r === 'admin')) return {statusCode: 403};
 await db.delete({TableName:'t',Key:{id:'a'}}).promise();
 return {statusCode:200};
};
""",
    "the place in a list": """
exports.handler = async (event) => {
 const {role} = JSON.parse(event.body);
 if (['admin','root'].indexOf(role) === -1) return {statusCode: 403};
 await db.delete({TableName:'t',Key:{id:'a'}}).promise();
 return {statusCode:200};
};
""",
    "named constants": """
const ROLES = { ADMIN: 'admin', USER: 'user' };
const deny = (m) => ({ statusCode: 403, body: m });
exports.handler = async (event) => {
 const role = event.headers['x-role'];
 if (role !== ROLES.ADMIN) return deny('no');
 await db.delete({TableName:'t',Key:{id:'a'}}).promise();
 return {statusCode:200};
};
""",
    "an exception with a status": """
class HttpError extends Error { constructor(c,m){super(m); this.code=c;} }
function check(user) { if (user.role !== 'admin') { throw new HttpError(403, 'x'); } }
exports.handler = async (event) => {
 const user = JSON.parse(event.body).user;
 check(user);
 await db.delete({TableName:'t',Key:{id:'a'}}).promise();
 return {statusCode:200};
};
""",
    "a table of permissions": """
const P = { admin: ['delete'], user: [] };
exports.handler = async (event) => {
 const role = event.headers['x-role'] || 'user';
 const allowed = P[role] || [];
 if (!allowed.includes('delete')) return {statusCode: 403};
 await db.delete({TableName:'t',Key:{id:'a'}}).promise();
 return {statusCode:200};
};
""",
    "a function of one expression": """
const isAdmin = (event) => event.headers['x-admin'] === 'true';
exports.handler = async (event) => {
 if (!isAdmin(event)) return {statusCode: 403};
 await db.delete({TableName:'t',Key:{id:'a'}}).promise();
 return {statusCode:200};
};
""",
    "the user of an item": """
exports.handler = async (event) => {
 const r = await db.get({TableName:'t',Key:{id:'a'}}).promise();
 if (r.Item.userId !== event.headers['x-user-id']) { return {statusCode: 403, body: 'Forbidden'}; }
 await db.delete({TableName:'t',Key:{id:'a'}}).promise();
 return {statusCode:200};
};
""",
    "a permission of the message": """
exports.handler = async (event) => {
 const b = JSON.parse(event.body);
 if (b.permissions && b.permissions.includes('write')) { await db.put({TableName:'t',Item:{id:'a'}}).promise(); return {statusCode:200}; }
 return {statusCode:403, body:'forbidden'};
};
""",
    "a simple authoriser": """
exports.handler = async (event) => {
 return { isAuthorized: event.headers['x-role'] === 'admin' };
};
""",
    "an authoriser's policy": """
const policy = (effect, arn) => ({principalId:'u', policyDocument:{Version:'2012-10-17',Statement:[{Action:'execute-api:Invoke',Effect:effect,Resource:arn}]}});
exports.handler = async (event) => {
 if (event.headers.role === 'admin') { return policy('Allow', event.methodArn); }
 return policy('Deny', event.methodArn);
};
""",
    "the body of Express": """
const express=require('express'); const serverless=require('serverless-http'); const app=express(); app.use(express.json());
app.delete('/x', async (req,res)=>{
 if (req.body.role !== 'admin') return res.status(403).send('no');
 await db.delete({TableName:'t',Key:{id:'a'}}).promise(); res.send('ok'); });
module.exports.handler=serverless(app);
""",
    "a header of Express": """
const express=require('express'); const serverless=require('serverless-http'); const app=express(); app.use(express.json());
app.delete('/x', async (req,res)=>{
 const role = req.header('x-user-role');
 if (role !== 'admin') return res.sendStatus(403);
 await db.delete({TableName:'t',Key:{id:'a'}}).promise(); res.send('ok'); });
module.exports.handler=serverless(app);
""",
    "a header by its name": """
const express=require('express'); const serverless=require('serverless-http'); const app=express(); app.use(express.json());
app.delete('/x', async (req,res)=>{
 if (req.get('X-Is-Admin') !== 'true') { res.status(401).end(); return; }
 await db.delete({TableName:'t',Key:{id:'a'}}).promise(); res.send('ok'); });
module.exports.handler=serverless(app);
""",
    "a middleware that is made": """
const express=require('express'); const serverless=require('serverless-http'); const app=express(); app.use(express.json());
const authorize = (...roles) => (req, res, next) => {
  const role = req.headers['x-role'];
  if (!roles.includes(role)) { return res.status(403).json({message:'Forbidden'}); }
  return next();
};
app.delete('/x', authorize('admin'), async (req,res)=>{ await db.delete({TableName:'t',Key:{id:'a'}}).promise(); res.send('ok'); });
module.exports.handler=serverless(app);
""",
    "a middleware for all routes": """
const express=require('express'); const serverless=require('serverless-http'); const app=express(); app.use(express.json());
app.use((req, res, next) => {
  if (req.query.admin !== 'true') { return res.status(403).json({message:'Forbidden'}); }
  next();
});
app.delete('/x', async (req,res)=>{ await db.delete({TableName:'t',Key:{id:'a'}}).promise(); res.send('ok'); });
module.exports.handler=serverless(app);
""",
    "a header of Hono": """
const { Hono } = require('hono'); const { handle } = require('hono/aws-lambda'); const app = new Hono();
app.delete('/x', async (c) => {
 if (c.req.header('x-role') !== 'admin') return c.json({error:'forbidden'}, 403);
 await db.delete({TableName:'t',Key:{id:'a'}}).promise(); return c.text('ok'); });
exports.handler = handle(app);
""",
    "a middleware of Koa": """
const Koa=require('koa'); const Router=require('@koa/router'); const s=require('serverless-http'); const app=new Koa(); const r=new Router();
const admin = async (ctx, next) => {
 if (ctx.get('X-Role') !== 'admin') ctx.throw(403);
 await next();
};
r.delete('/x', admin, async (ctx) => { await db.delete({TableName:'t',Key:{id:'a'}}).promise(); ctx.body='ok'; });
app.use(r.routes());
exports.handler=s(app);
""",
    "a header of Fastify": """
const fastify=require('fastify')(); const awsLambdaFastify=require('@fastify/aws-lambda');
fastify.delete('/x', async (request, reply) => {
 if (request.headers['x-role'] !== 'admin') return reply.code(403).send('no');
 await db.delete({TableName:'t',Key:{id:'a'}}).promise(); return 'ok'; });
exports.handler=awsLambdaFastify(fastify);
""",
    "an assertion": """
function assert(ok, m) { if (!ok) throw new Error(m); }
exports.handler = async (event) => {
 const b = JSON.parse(event.body);
 assert(b.role === 'admin', 'Forbidden');
 await db.delete({TableName:'t',Key:{id:'a'}}).promise(); return {statusCode:200}; };
""",
    "a getter": """
class Guard { constructor(e){ this.e=e; } get isAdmin(){ return this.e.headers['x-role'] === 'admin'; } }
exports.handler = async (event) => {
 const g = new Guard(event);
 if (!g.isAdmin) return {statusCode:403};
 await db.delete({TableName:'t',Key:{id:'a'}}).promise(); return {statusCode:200}; };
""",
    "a status": """
exports.handler = async (event) => {
 const { role } = JSON.parse(event.body);
 const status = role === 'admin' ? 200 : 403;
 if (status === 200) { await db.delete({TableName:'t',Key:{id:'a'}}).promise(); }
 return {statusCode: status}; };
""",
    "the owner of a document": """
const { MongoClient, ObjectId } = require('mongodb');
exports.handler = async (event) => {
 const c = await MongoClient.connect(process.env.M); const b = JSON.parse(event.body);
 const doc = await c.db('a').collection('docs').findOne({ _id: new ObjectId(String(b.id)) });
 if (doc.ownerId !== b.userId) return {statusCode:403};
 await c.db('a').collection('docs').deleteOne({ _id: doc._id });
 return {statusCode:200}; };
""",
    "an enumeration": """
enum Role { Admin = 'admin', User = 'user' }
export const handler = async (event: any) => {
 const role = event.headers['x-role'] as Role;
 if (role !== Role.Admin) throw new Error('Not authorized');
 await db.delete({TableName:'t',Key:{id:'a'}}).promise(); return {statusCode:200}; };
""",
}

SILENT_JAVASCRIPT = {
    "a comparison with the verified identity": """
exports.handler = async (event) => {
 const me = event.requestContext.authorizer.claims.sub;
 const b = JSON.parse(event.body);
 if (b.userId !== me) return {statusCode: 403};
 await db.delete({TableName:'t',Key:{id:'a'}}).promise();
 return {statusCode:200};
};
""",
    "a dispatch": """
exports.handler = async (event) => {
 const b = JSON.parse(event.body);
 if (b.type === 'admin') { await db.put({TableName:'t',Item:{id:'a'}}).promise(); return {statusCode:200}; }
 return {statusCode:403, body:'forbidden'};
};
""",
    "an authoriser that compares a secret": """
exports.handler = async (event) => {
 let isAuthorized = false;
 if (event.headers.authorization === process.env.TOKEN) isAuthorized = true;
 return { isAuthorized };
};
""",
    "a user of Express": """
const express=require('express'); const serverless=require('serverless-http'); const app=express(); app.use(express.json());
app.delete('/x', async (req,res)=>{
 if (req.user.role !== 'admin') return res.status(403).send('no');
 await db.delete({TableName:'t',Key:{id:'a'}}).promise(); res.send('ok'); });
module.exports.handler=serverless(app);
""",
    "claims that a library verified": """
const express=require('express'); const serverless=require('serverless-http'); const app=express(); app.use(express.json());
const { auth } = require('express-oauth2-jwt-bearer'); app.use(auth());
app.delete('/x', async (req,res)=>{
 if (!req.auth.payload.permissions.includes('delete')) return res.status(403).send('no');
 await db.delete({TableName:'t',Key:{id:'a'}}).promise(); res.send('ok'); });
module.exports.handler=serverless(app);
""",
    "claims of Hono": """
const { Hono } = require('hono'); const { jwt } = require('hono/jwt'); const { handle } = require('hono/aws-lambda'); const app = new Hono(); app.use(jwt({secret: process.env.K}));
app.delete('/x', async (c) => {
 if (c.get('jwtPayload').role !== 'admin') return c.json({error:'forbidden'}, 403);
 await db.delete({TableName:'t',Key:{id:'a'}}).promise(); return c.text('ok'); });
exports.handler = handle(app);
""",
    "claims of Koa": """
const Koa=require('koa'); const Router=require('@koa/router'); const s=require('serverless-http'); const app=new Koa(); const r=new Router();
const admin = async (ctx, next) => {
 if (ctx.state.user.role !== 'admin') ctx.throw(403);
 await next();
};
r.delete('/x', admin, async (ctx) => { await db.delete({TableName:'t',Key:{id:'a'}}).promise(); ctx.body='ok'; });
app.use(r.routes());
exports.handler=s(app);
""",
}


def told(folder: Path, text: str, file: str, trigger: str = "apigateway-rest") -> list[Finding]:
    start = PYTHON if file.endswith(".py") else JAVASCRIPT
    findings, _ = run(Case("case", trigger, files={file: start + text.lstrip("\n")}), folder)
    return [finding for finding in findings if finding.rule == RULE]


@pytest.mark.parametrize("name", DECIDED_PYTHON)
def test_python_decides(name: str, tmp_path: Path) -> None:
    assert len(told(tmp_path, DECIDED_PYTHON[name], "app.py")) == 1


@pytest.mark.parametrize("name", SILENT_PYTHON)
def test_python_is_silent(name: str, tmp_path: Path) -> None:
    assert told(tmp_path, SILENT_PYTHON[name], "app.py") == []


@pytest.mark.parametrize("name", DECIDED_JAVASCRIPT)
def test_javascript_decides(name: str, tmp_path: Path) -> None:
    assert len(told(tmp_path, DECIDED_JAVASCRIPT[name], "index.ts")) == 1


@pytest.mark.parametrize("name", SILENT_JAVASCRIPT)
def test_javascript_is_silent(name: str, tmp_path: Path) -> None:
    assert told(tmp_path, SILENT_JAVASCRIPT[name], "index.js") == []


REFUSES = """
def handler(event, context):
    if event['headers'].get('x-role') != 'admin':
        return {'statusCode': 403}
"""
DELETES = REFUSES + "    table.delete_item(Key={'id': 'a'})\n"
SUGGESTS = """
def handler(event, context):
    if event['headers'].get('x-role') != 'admin':
        return None
    table.delete_item(Key={'id': 'a'})
"""
KNOWS_THE_KEY = """
def handler(event, context):
    if event['headers'].get('x-api-key') != os.environ['API_KEY']:
        return {'statusCode': 401}
    if event['headers'].get('x-role') != 'admin':
        return {'statusCode': 403}
    table.delete_item(Key={'id': 'a'})
"""
SENT = """
def handler(event, context):
    if event.get('role') != 'admin':
        return {'statusCode': 403}
    table.delete_item(Key={'id': 'a'})
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DELETES, ("high", "high")),
        (REFUSES, ("medium", "high")),
        (SUGGESTS, ("high", "medium")),
        (KNOWS_THE_KEY, ("medium", "low")),
    ],
    ids=["a refusal", "nothing is guarded", "no refusal in words", "a caller who knows a secret"],
)
def test_severity_and_confidence(text: str, expected: tuple[str, str], tmp_path: Path) -> None:
    (finding,) = told(tmp_path, text, "app.py")
    assert (str(finding.severity), finding.confidence) == expected


def test_message_names_field_and_constant(tmp_path: Path) -> None:
    (finding,) = told(tmp_path, DELETES, "app.py")
    assert finding.message == (
        "The header x-role of ANY /x, which anyone may cause, decides who is let through "
        "(compared with 'admin')."
    )
    assert finding.cwe == (285, 639, 807)
    assert [step.text for step in finding.steps] == [
        "event.headers.x-role comes from the caller of the API",
        "decides who is let through",
    ]


def test_a_program_of_the_account_may_say_what_it_is(tmp_path: Path) -> None:
    assert told(tmp_path, SENT, "app.py", "invoke") == []
    assert told(tmp_path, SENT, "app.py", "stepfunctions") == []


def test_the_longest_way_is_told_at_the_return_of_the_helper(tmp_path: Path) -> None:
    text = """
def is_admin(event):
    return event['headers'].get('x-role') == 'admin'

def may(event):
    return is_admin(event)

def handler(event, context):
    allowed = may(event)
    if not allowed:
        return {'statusCode': 403}
    table.delete_item(Key={'id': 'a'})
"""
    (finding,) = told(tmp_path, text, "app.py")
    assert finding.location.line == 4
