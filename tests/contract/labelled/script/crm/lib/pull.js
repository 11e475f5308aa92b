const Parameters = require('aws-sdk/clients/ssm');
const { DocumentClient: Documents } = require('aws-sdk/clients/dynamodb');
const https = require('https');

const parameters = new Parameters();
const documents = new Documents({ convertEmptyValues: true });

function fetchPage(token, cursor) {
  const options = {
    host: 'api.crm.example',
    path: `/contacts?cursor=${encodeURIComponent(cursor || '')}`,
    headers: { authorization: `Bearer ${token}` },
  };
  return new Promise((resolve, reject) => {
    https
      .get(options, (res) => {
        let text = '';
        res.on('data', (d) => (text += d));
        res.on('end', () => (res.statusCode === 200 ? resolve(JSON.parse(text)) : reject(new Error(text))));
      })
      .on('error', reject);
  });
}

async function store(contacts) {
  let requests = contacts.map((Item) => ({ PutRequest: { Item } }));
  while (requests.length) {
    const { UnprocessedItems } = await documents
      .batchWrite({ RequestItems: { [process.env.CONTACTS]: requests.splice(0, 25) } })
      .promise();
    requests = requests.concat(UnprocessedItems[process.env.CONTACTS] || []);
  }
}

exports.run = async () => {
  const { Parameter } = await parameters
    .getParameter({ Name: process.env.TOKEN_PARAM, WithDecryption: true })
    .promise();
  let cursor;
  let total = 0;
  do {
    const page = await fetchPage(Parameter.Value, cursor);
    await store(page.contacts);
    total += page.contacts.length;
    cursor = page.next;
  } while (cursor);
  return total;
};
