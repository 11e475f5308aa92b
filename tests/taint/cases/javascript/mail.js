const nodemailer = require('nodemailer');
const sendgrid = require('@sendgrid/mail');
const escape = require('escape-html');

const transport = nodemailer.createTransport({ host: 'h' });

exports.transport = async (event) => {
  await transport.sendMail({ to: event.to, text: 'hello' }); // bad: mail-injection
  await transport.sendMail({ from: event.from, to: 'a@example.com', text: 'hello' }); // bad: mail-injection
  await transport.sendMail({ to: 'a@example.com', html: `<p>${event.text}</p>` }); // bad: cross-site-scripting
  await transport.sendMail({ to: 'a@example.com', attachments: [{ path: event.file }] }); // bad: path-traversal
  await transport.sendMail({ to: 'a@example.com', from: 'b@example.com', subject: event.subject, text: event.text });
  await transport.sendMail({ to: 'a@example.com', html: `<p>${escape(event.text)}</p>`, attachments: [{ filename: 'a.txt', content: event.text }] });
};

exports.service = async (event) => {
  await sendgrid.send({ to: 'a@example.com', html: `<p>${event.text}</p>` }); // bad: cross-site-scripting
  await sendgrid.send({ to: 'a@example.com', html: `<p>${escape(event.text)}</p>` });
};
