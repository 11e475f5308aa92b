# ruff: noqa
# fmt: off
import html
import smtplib
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from django.core.mail import send_mail
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
