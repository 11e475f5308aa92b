import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { documents, tableName } from './client';

export interface Todo {
  owner: string;
  id: string;
  title: string;
  due?: string;
  done: boolean;
}

export const put = (todo: Todo) =>
  documents.send(
    new PutCommand({ TableName: tableName, Item: todo, ConditionExpression: 'attribute_not_exists(id)' }),
  );

export async function get(owner: string, id: string): Promise<Todo | undefined> {
  const { Item } = await documents.send(new GetCommand({ TableName: tableName, Key: { owner, id } }));
  return Item as Todo | undefined;
}

export async function query(input: Omit<QueryCommandInput, 'TableName'>): Promise<Todo[]> {
  const items: Todo[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await documents.send(
      new QueryCommand({ ...input, TableName: tableName, ExclusiveStartKey: start }),
    );
    items.push(...((page.Items ?? []) as Todo[]));
    start = page.LastEvaluatedKey;
  } while (start);
  return items;
}

export const complete = (owner: string, id: string) =>
  documents.send(
    new UpdateCommand({
      TableName: tableName,
      Key: { owner, id },
      UpdateExpression: 'SET done = :t',
      ConditionExpression: 'attribute_exists(id)',
      ExpressionAttributeValues: { ':t': true },
      ReturnValues: 'ALL_NEW',
    }),
  );

export const remove = (owner: string, id: string) =>
  documents.send(new DeleteCommand({ TableName: tableName, Key: { owner, id } }));
