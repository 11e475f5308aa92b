const nodemailer = require('nodemailer');
const sendgrid = require('@sendgrid/mail');
const axios = require('axios');
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

exports.ofMailgun = async (event) => {
  const Mailgun = require('mailgun.js');
  const client = new Mailgun(require('form-data')).client({ username: 'api', key: process.env.KEY });
  await client.messages.create('example.com', { from: 'a@example.com', to: [event.to], text: 'hello' }); // bad: mail-injection
  await client.messages.create('example.com', { to: ['b@example.com'], html: `<p>${event.text}</p>` }); // bad: cross-site-scripting
  await client.messages.create('example.com', { to: ['b@example.com'], html: `<p>${escape(event.text)}</p>` });
  await client.messages.create('example.com', { to: ['b@example.com'], subject: event.subject, text: event.text });
};

exports.ofPostmark = async (event) => {
  const postmark = require('postmark');
  const client = new postmark.ServerClient(process.env.TOKEN);
  await client.sendEmail({ From: 'a@example.com', To: event.to, Subject: 'x', TextBody: 'hello' }); // bad: mail-injection
  await client.sendEmailWithTemplate({ From: 'a@example.com', To: event.to, TemplateId: 1, TemplateModel: {} }); // bad: mail-injection
  await client.sendEmail({ From: 'a@example.com', To: 'b@example.com', HtmlBody: `<p>${event.text}</p>` }); // bad: cross-site-scripting
  await client.sendEmail({ From: 'a@example.com', To: 'b@example.com', HtmlBody: `<p>${escape(event.text)}</p>` });
  await client.sendEmail({ From: 'a@example.com', To: 'b@example.com', Subject: event.subject, TextBody: event.text });
};

exports.ofMailjet = async (event) => {
  const Mailjet = require('node-mailjet');
  const mailjet = Mailjet.apiConnect(process.env.KEY, process.env.SECRET);
  const From = { Email: 'a@example.com' };
  await mailjet.post('send', { version: 'v3.1' }).request({ Messages: [{ From, To: [{ Email: event.to }], TextPart: 'hello' }] }); // bad: mail-injection
  await mailjet.post('send', { version: 'v3.1' }).request({ Messages: [{ From, HTMLPart: `<p>${event.text}</p>` }] }); // bad: cross-site-scripting
  await mailjet.post('send', { version: 'v3.1' }).request({ Messages: [{ From, HTMLPart: `<p>${escape(event.text)}</p>` }] });
  await mailjet.post('send', { version: 'v3.1' }).request({ Messages: [{ From, Subject: event.subject, TextPart: event.text }] });
};

exports.ofBrevo = async (event) => {
  const brevo = require('@getbrevo/brevo');
  const api = new brevo.TransactionalEmailsApi();
  const message = new brevo.SendSmtpEmail();
  message.sender = { email: 'a@example.com' };
  message.to = [{ email: event.to }];
  message.textContent = 'hello';
  await api.sendTransacEmail(message); // bad: mail-injection
  await api.sendTransacEmail({ to: [{ email: 'b@example.com' }], htmlContent: `<p>${event.text}</p>` }); // bad: cross-site-scripting
  await api.sendTransacEmail({ to: [{ email: 'b@example.com' }], htmlContent: `<p>${escape(event.text)}</p>` });
  await api.sendTransacEmail({ to: [{ email: 'b@example.com' }], subject: event.subject, textContent: event.text });
};

exports.ofAzure = async (event) => {
  const { EmailClient } = require('@azure/communication-email');
  const client = new EmailClient(process.env.CONNECTION);
  const senderAddress = 'a@example.com';
  const recipients = { to: [{ address: 'b@example.com' }] };
  await client.beginSend({ senderAddress, recipients: { to: [{ address: event.to }] }, content: { subject: 'x', plainText: 'hello' } }); // bad: mail-injection
  await client.beginSend({ senderAddress, recipients, content: { subject: 'x', html: `<p>${event.text}</p>` } }); // bad: cross-site-scripting
  await client.beginSend({ senderAddress, recipients, content: { subject: 'x', html: `<p>${escape(event.text)}</p>` } });
  await client.beginSend({ senderAddress, recipients, content: { subject: event.subject, plainText: event.text } });
};

exports.ofTemplates = async (event) => {
  const Email = require('email-templates');
  const email = new Email({ message: { from: 'a@example.com' }, transport });
  await email.send({ template: 'welcome', message: { to: event.to }, locals: {} }); // bad: mail-injection
  await email.send({ template: 'welcome', message: { to: 'b@example.com' }, locals: { name: event.name } });
};

exports.overHttp = async (event) => {
  const headers = { Authorization: `Bearer ${process.env.KEY}` };
  const sendgridApi = 'https://api.sendgrid.com/v3/mail/send';
  await axios.post(sendgridApi, { personalizations: [{ to: [{ email: event.to }] }], from: { email: 'a@example.com' } }, { headers }); // bad: mail-injection
  await axios.post('https://api.resend.com/emails', { to: 'b@example.com', html: `<p>${event.text}</p>` }, { headers }); // bad: cross-site-scripting
  await axios.post('https://api.resend.com/emails', { to: 'b@example.com', html: `<p>${escape(event.text)}</p>` }, { headers });
  await axios.post('https://api.resend.com/emails', { to: 'b@example.com', subject: event.subject, text: event.text }, { headers });
  await axios.post('https://routes.example.com/trips', { from: event.from, to: event.to }, { headers });
  await fetch('https://api.resend.com/emails', { method: 'POST', headers, body: JSON.stringify({ to: event.to, text: 'hello' }) }); // bad: mail-injection
  await fetch('https://api.resend.com/emails', { method: 'POST', headers, body: JSON.stringify({ to: 'b@example.com', html: `<p>${event.text}</p>` }) }); // bad: cross-site-scripting
  await fetch('https://api.resend.com/emails', { method: 'POST', headers, body: JSON.stringify({ to: 'b@example.com', html: `<p>${escape(event.text)}</p>` }) });
  await fetch('https://api.resend.com/emails', { method: 'POST', headers, body: JSON.stringify({ to: 'b@example.com', text: event.text }) });
  await fetch('https://routes.example.com/trips', { method: 'POST', headers, body: JSON.stringify({ from: event.from, to: event.to }) });
};
