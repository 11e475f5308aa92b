// GET /orders: the orders of the customer who asks.
const { DynamoDBClient } = require("@aws-sdk/client-dynamodb");
const { DynamoDBDocumentClient, QueryCommand } = require("@aws-sdk/lib-dynamodb");

const orders = DynamoDBDocumentClient.from(new DynamoDBClient({}));

exports.handler = async (event) => {
  const { sub } = event.requestContext.authorizer.jwt.claims;
  const page = await orders.send(
    new QueryCommand({
      TableName: process.env.ORDERS_TABLE,
      KeyConditionExpression: "customer = :customer",
      ExpressionAttributeValues: { ":customer": sub },
      Limit: 50,
    }),
  );
  return {
    statusCode: 200,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(page.Items),
  };
};
