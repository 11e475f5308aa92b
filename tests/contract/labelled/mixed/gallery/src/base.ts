import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocument, TransactGetCommand } from '@aws-sdk/lib-dynamodb';

const raw = new DynamoDBClient({});
raw.middlewareStack.add(
  (next, context) => async (args) => {
    const begun = Date.now();
    const result = await next(args);
    console.debug(context.commandName, Date.now() - begun);
    return result;
  },
  { step: 'initialize', name: 'timing' },
);

export abstract class Repository<T extends object> {
  protected readonly db = DynamoDBDocument.from(raw);
  constructor(protected readonly table: string) {}

  async all(owner: string): Promise<T[]> {
    const { Items } = await this.db.query({
      TableName: this.table,
      KeyConditionExpression: '#o = :o',
      ExpressionAttributeNames: { '#o': 'owner' },
      ExpressionAttributeValues: { ':o': owner },
    });
    return (Items ?? []) as T[];
  }

  async pair(keys: object[]): Promise<T[]> {
    const { Responses } = await this.db.send(
      new TransactGetCommand({ TransactItems: keys.map((Key) => ({ Get: { TableName: this.table, Key } })) as never }),
    );
    return (Responses ?? []).map((r) => r.Item as T);
  }

  async replace(remove: object[], add: T[]): Promise<void> {
    const requests = [
      ...remove.map((Key) => ({ DeleteRequest: { Key } })),
      ...add.map((Item) => ({ PutRequest: { Item } })),
    ];
    await this.db.send(new BatchWriteCommand({ RequestItems: { [this.table]: requests as never } }));
  }
}
