# ruff: noqa
# fmt: off
import html
import os
import smtplib
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import aiosmtplib
import flask_mail
import httpx
import requests
import resend
import yagmail
from azure.communication.email import EmailClient
from django.core.mail import EmailMultiAlternatives, send_mail
from mailjet_rest import Client
from postmarker.core import PostmarkClient
from sendgrid.helpers.mail import Content, Mail


def built_as_text(event, context):
    server = smtplib.SMTP("h")
    server.sendmail("a@example.com", "b@example.com", "Subject: " + event["subject"] + "\n\nhello")  # bad: mail-injection
    server.sendmail("a@example.com", event["to"], "Subject: x\n\nhello")  # bad: mail-injection
    server.sendmail("a@example.com", "b@example.com", "Subject: x\n\nhello")


def messages(event, context):
    message = EmailMessage()
    message["To"] = event["to"]  # bad: mail-injection
    message["From"] = event["from"]  # bad: mail-injection
    message["Subject"] = event["subject"]
    message.set_content("<p>" + event["text"] + "</p>", subtype="html")  # bad: cross-site-scripting
    message.set_content("<p>" + html.escape(event["text"]) + "</p>", subtype="html")
    message.set_content(event["text"])
    other = MIMEMultipart()
    other["To"] = "shop@example.com"
    other["From"] = "shop@example.com"
    other.attach(MIMEText("<p>" + event["text"] + "</p>", "html"))  # bad: cross-site-scripting
    other.attach(MIMEText(event["text"], "plain"))


def services(event, context):
    Mail(from_email="a@example.com", to_emails=event["to"], subject="x", html_content="<p>hello</p>")  # bad: mail-injection
    Mail(from_email="a@example.com", to_emails="b@example.com", html_content="<p>" + event["text"] + "</p>")  # bad: cross-site-scripting
    Mail(from_email="a@example.com", to_emails="b@example.com", html_content="<p>" + html.escape(event["text"]) + "</p>")
    Content("text/html", "<p>" + event["text"] + "</p>")  # bad: cross-site-scripting
    Content("text/plain", event["text"])
    send_mail("x", "y", "a@example.com", ["b@example.com"], html_message="<p>" + event["text"] + "</p>")  # bad: cross-site-scripting
    send_mail("x", event["text"], "a@example.com", ["b@example.com"])


async def sent_later(event, context):
    await aiosmtplib.send("Subject: " + event["subject"] + "\n\nhello", sender="a@example.com", recipients=["b@example.com"])  # bad: mail-injection
    await aiosmtplib.send("Subject: x\n\nhello", sender="a@example.com", recipients=[event["to"]])  # bad: mail-injection
    await aiosmtplib.send("Subject: x\n\nhello", sender="a@example.com", recipients=["b@example.com"])
    server = aiosmtplib.SMTP(hostname="h")
    await server.sendmail("a@example.com", ["b@example.com"], "Subject: " + event["subject"] + "\n\nhello")  # bad: mail-injection
    await server.sendmail("a@example.com", ["b@example.com"], "Subject: x\n\nhello")


def django(event, context):
    send_mail("x", "y", "a@example.com", [event["to"]])  # bad: mail-injection
    send_mail("x", "y", event["from"], ["b@example.com"])  # bad: mail-injection
    send_mail("x", "y", "a@example.com", ["b@example.com"])
    EmailMultiAlternatives("x", "y", "a@example.com", ["b@example.com"], cc=[event["cc"]])  # bad: mail-injection
    message = EmailMultiAlternatives("x", event["text"], "a@example.com", ["b@example.com"])
    message.attach_alternative("<p>" + event["text"] + "</p>", "text/html")  # bad: cross-site-scripting
    message.attach_alternative("<p>" + html.escape(event["text"]) + "</p>", "text/html")
    message.attach_alternative(event["calendar"], "text/calendar")


def flask(event, context):
    flask_mail.Message("x", recipients=[event["to"]], body="hello")  # bad: mail-injection
    flask_mail.Message("x", recipients=["b@example.com"], html="<p>" + event["text"] + "</p>")  # bad: cross-site-scripting
    flask_mail.Message("x", recipients=["b@example.com"], html="<p>" + html.escape(event["text"]) + "</p>")
    flask_mail.Message(event["subject"], recipients=["b@example.com"], body=event["text"])


def of_resend(event, context):
    resend.Emails.send({"from": "a@example.com", "to": event["to"], "subject": "x", "text": "hello"})  # bad: mail-injection
    resend.Emails.send({"from": "a@example.com", "to": "b@example.com", "html": "<p>" + event["text"] + "</p>"})  # bad: cross-site-scripting
    resend.Emails.send({"from": "a@example.com", "to": "b@example.com", "html": "<p>" + html.escape(event["text"]) + "</p>"})
    resend.Emails.send({"from": "a@example.com", "to": "b@example.com", "subject": event["subject"], "text": event["text"]})


def of_postmark(event, context):
    postmark = PostmarkClient(server_token=os.environ["TOKEN"])
    postmark.emails.send(From="a@example.com", To=event["to"], Subject="x", TextBody="hello")  # bad: mail-injection
    postmark.emails.send(From="a@example.com", To="b@example.com", HtmlBody="<p>" + event["text"] + "</p>")  # bad: cross-site-scripting
    postmark.emails.send(From="a@example.com", To="b@example.com", HtmlBody="<p>" + html.escape(event["text"]) + "</p>")
    postmark.emails.send(From="a@example.com", To="b@example.com", Subject=event["subject"], TextBody=event["text"])


def of_yagmail(event, context):
    mailer = yagmail.SMTP("a@example.com", oauth2_file="/opt/oauth2.json")
    mailer.send(to=event["to"], subject="x", contents="hello")  # bad: mail-injection
    mailer.send(event["to"], "x", "hello")  # bad: mail-injection
    mailer.send(to="b@example.com", subject=event["subject"], contents=event["text"])


def of_mailjet(event, context):
    mailjet = Client(auth=(os.environ["KEY"], os.environ["SECRET"]), version="v3.1")
    sender = {"Email": "a@example.com"}
    mailjet.send.create(data={"Messages": [{"From": sender, "To": [{"Email": event["to"]}], "TextPart": "hello"}]})  # bad: mail-injection
    mailjet.send.create(data={"Messages": [{"From": sender, "HTMLPart": "<p>" + event["text"] + "</p>"}]})  # bad: cross-site-scripting
    mailjet.send.create(data={"Messages": [{"From": sender, "HTMLPart": "<p>" + html.escape(event["text"]) + "</p>"}]})
    mailjet.send.create(data={"Messages": [{"From": sender, "To": [{"Email": "b@example.com"}], "TextPart": event["text"]}]})


def of_azure(event, context):
    client = EmailClient.from_connection_string(os.environ["CONNECTION"])
    client.begin_send({"senderAddress": "a@example.com", "recipients": {"to": [{"address": event["to"]}]}, "content": {"subject": "x", "plainText": "hello"}})  # bad: mail-injection
    client.begin_send({"senderAddress": "a@example.com", "recipients": {"to": [{"address": "b@example.com"}]}, "content": {"html": "<p>" + event["text"] + "</p>"}})  # bad: cross-site-scripting
    client.begin_send({"senderAddress": "a@example.com", "recipients": {"to": [{"address": "b@example.com"}]}, "content": {"html": "<p>" + html.escape(event["text"]) + "</p>"}})
    client.begin_send({"senderAddress": "a@example.com", "recipients": {"to": [{"address": "b@example.com"}]}, "content": {"subject": event["subject"], "plainText": event["text"]}})


def over_http(event, context):
    auth = ("api", os.environ["KEY"])
    requests.post("https://api.mailgun.net/v3/example.com/messages", auth=auth, data={"to": event["to"], "text": "hello"})  # bad: mail-injection
    requests.post("https://api.mailgun.net/v3/example.com/messages", auth=auth, data={"to": "b@example.com", "html": "<p>" + event["text"] + "</p>"})  # bad: cross-site-scripting
    requests.post("https://api.mailgun.net/v3/example.com/messages", auth=auth, data={"to": "b@example.com", "html": "<p>" + html.escape(event["text"]) + "</p>"})
    requests.post("https://api.mailgun.net/v3/example.com/messages", auth=auth, data={"to": "b@example.com", "subject": event["subject"], "text": event["text"]})
    httpx.post("https://api.postmarkapp.com/email", json={"From": "a@example.com", "To": event["to"], "TextBody": "hello"})  # bad: mail-injection
    httpx.post("https://api.postmarkapp.com/email", json={"From": "a@example.com", "To": "b@example.com", "TextBody": event["text"]})
    requests.post("https://routes.example.com/trips", auth=auth, json={"from": event["from"], "to": event["to"]})
