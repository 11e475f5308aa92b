// Topic OrderEvents: tells the shop's staff that an order changed.
const { SESv2Client, SendEmailCommand } = require("@aws-sdk/client-sesv2");

const mail = new SESv2Client({});

exports.handler = async (event) => {
  for (const record of event.Records) {
    const { order, kind } = JSON.parse(record.Sns.Message);
    await mail.send(
      new SendEmailCommand({
        FromEmailAddress: "orders@shop.example.com",
        Destination: { ToAddresses: ["staff@shop.example.com"] },
        Content: {
          Simple: {
            Subject: { Data: "An order changed" },
            Body: { Text: { Data: `Order ${order}: ${kind}` } },
          },
        },
      }),
    );
  }
};
