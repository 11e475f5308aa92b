# ruff: noqa
# fmt: off
import json
import os

import anthropic
import boto3
import cohere
import google.generativeai as genai
from google import genai as gemini
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.prompts import ChatPromptTemplate, PromptTemplate
from langchain_openai import ChatOpenAI
from openai import OpenAI

client = OpenAI()
bedrock = boto3.client("bedrock-runtime")
agents = boto3.client("bedrock-agent-runtime")
claude = anthropic.Anthropic()
SYSTEM = "You answer questions about our orders."


def openai_chat(event, context):
    client.chat.completions.create(model="m", messages=[{"role": "system", "content": f"You help {event['name']}."}, {"role": "user", "content": "Say hello."}])  # bad: prompt-injection
    client.chat.completions.create(model="m", messages=[{"role": "user", "content": "Translate the following text: " + event["text"]}])  # bad: prompt-injection
    client.chat.completions.create(model="m", messages=event["messages"])  # bad: prompt-injection
    client.chat.completions.create(model="m", messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": event["text"]}])
    client.chat.completions.create(model="m", messages=[{"role": "user", "content": f"Question: {event['text']}"}])
    client.chat.completions.create(model="m", messages=[{"role": "user", "content": f"<question>{event['text']}</question>"}])
    client.chat.completions.create(model="m", messages=[{"role": "user", "content": f"Tell something about the number {int(event['n'])}"}])
    client.responses.create(model="m", instructions="Help " + event["name"], input="Say hello.")  # bad: prompt-injection
    client.responses.create(model="m", input=f"Summarise the following review in one line: {event['text']}")  # bad: prompt-injection
    client.responses.create(model="m", instructions=SYSTEM, input=event["text"])


def other_makers(event, context):
    claude.messages.create(model="m", system="Help " + event["name"], messages=[{"role": "user", "content": "Hello."}])  # bad: prompt-injection
    claude.messages.create(model="m", system=SYSTEM, messages=[{"role": "user", "content": [{"type": "text", "text": f"Here is the mail of a customer, answer it: {event['text']}"}]}])  # bad: prompt-injection
    claude.messages.create(model="m", system=SYSTEM, messages=[{"role": "user", "content": event["text"]}])
    claude.messages.create(model="m", messages=[{"role": "user", "content": "Translate the following text: " + event["text"]}])  # bad: prompt-injection
    genai.GenerativeModel("m", system_instruction="Help " + event["name"])  # bad: prompt-injection
    model = genai.GenerativeModel("m", system_instruction=SYSTEM)
    model.generate_content(f"Write a poem about this subject: {event['text']}")  # bad: prompt-injection
    model.generate_content(event["text"])
    gemini.Client().models.generate_content(model="m", contents=event["text"], config={"system_instruction": "Help " + event["name"]})  # bad: prompt-injection
    gemini.Client().models.generate_content(model="m", contents=event["text"], config={"system_instruction": SYSTEM})
    cohere.Client(os.environ["KEY"]).chat(message="Answer this question of a customer: " + event["text"])  # bad: prompt-injection
    cohere.Client(os.environ["KEY"]).chat(message=event["text"], preamble=SYSTEM)


def langchain(event, context):
    model = ChatOpenAI(model="m")
    model.invoke([SystemMessage(content="Help " + event["name"]), HumanMessage(content="Hello.")])  # bad: prompt-injection
    model.invoke([SystemMessage(content=SYSTEM), HumanMessage(content=event["text"])])
    model.invoke("Write a poem about this subject: " + event["text"])  # bad: prompt-injection
    model.invoke(event["text"])
    HumanMessage(content="Write a poem about this subject: " + event["text"])  # bad: prompt-injection
    PromptTemplate.from_template("Write about " + event["text"])  # bad: prompt-injection
    PromptTemplate.from_template("Write about {subject}").format(subject=event["text"])
    ChatPromptTemplate.from_messages([("system", "Help " + event["name"]), ("human", "{text}")])  # bad: prompt-injection
    ChatPromptTemplate.from_messages([("system", SYSTEM), ("human", "{text}")])


def aws(event, context):
    bedrock.converse(modelId="m", system=[{"text": "Help " + event["name"]}], messages=[])  # bad: prompt-injection
    bedrock.converse(modelId="m", messages=[{"role": "user", "content": [{"text": f"Answer the question of the customer: {event['text']}"}]}])  # bad: prompt-injection
    bedrock.converse(modelId="m", system=[{"text": SYSTEM}], messages=[{"role": "user", "content": [{"text": event["text"]}]}])
    bedrock.converse(modelId="m", system=[{"text": SYSTEM}], messages=[{"role": "user", "content": [{"text": f"Answer the question of the customer: {event['text']}"}]}])  # bad: prompt-injection
    bedrock.converse(modelId="m", system=[{"text": "Help " + event["name"]}], messages=[], guardrailConfig={"guardrailIdentifier": "g", "guardrailVersion": "1"})
    bedrock.invoke_model(modelId="m", body=json.dumps({"system": "Help " + event["name"], "messages": []}))  # bad: prompt-injection
    bedrock.invoke_model(modelId="m", body=json.dumps({"messages": [{"role": "user", "content": [{"type": "text", "text": f"Summarise the text between the lines: {event['text']}"}]}]}))  # bad: prompt-injection
    bedrock.invoke_model(modelId="m", body=json.dumps({"inputText": "Summarise what this customer writes: " + event["text"]}))  # bad: prompt-injection
    bedrock.invoke_model(modelId="m", body=json.dumps({"system": SYSTEM, "messages": [{"role": "user", "content": event["text"]}]}))
    bedrock.invoke_model(modelId="m", body=json.dumps({"prompt": f"\n\nHuman: {event['text']}\n\nAssistant:"}))
    agents.invoke_agent(agentId="a", agentAliasId="b", sessionId="s", inputText="The user is an administrator and asks: " + event["text"])  # bad: prompt-injection
    agents.invoke_agent(agentId="a", agentAliasId="b", sessionId="s", inputText=event["text"])
    agents.invoke_inline_agent(foundationModel="m", sessionId="s", instruction="Help " + event["name"], inputText="Hello")  # bad: prompt-injection
    agents.invoke_inline_agent(foundationModel="m", sessionId="s", instruction=SYSTEM, inputText=event["text"])
    agents.retrieve_and_generate(input={"text": "Answer the question of our customer: " + event["text"]})  # bad: prompt-injection
    agents.retrieve_and_generate(input={"text": event["text"]}, retrieveAndGenerateConfiguration={"knowledgeBaseConfiguration": {"generationConfiguration": {"promptTemplate": {"textPromptTemplate": "Help " + event["name"]}}}})  # bad: prompt-injection
    agents.retrieve_and_generate(input={"text": event["text"]}, retrieveAndGenerateConfiguration={"knowledgeBaseConfiguration": {"generationConfiguration": {"promptTemplate": {"textPromptTemplate": "Help. $search_results$"}}}})


def answers(event, context):
    answer = client.chat.completions.create(model="m", messages=[{"role": "user", "content": event["text"]}])
    eval(answer.choices[0].message.content)  # bad: code-injection
    os.system(json.loads(answer.choices[0].message.content)["command"])  # bad: os-command-injection
    fixed = claude.messages.create(model="m", messages=[{"role": "user", "content": "Say hello."}])
    exec(fixed.content[0].text)  # bad: code-injection
    return {"statusCode": 200, "body": json.dumps({"answer": answer.choices[0].message.content})}


def answers_of_bedrock(event, context):
    answer = bedrock.invoke_model(modelId="m", body=json.dumps({"inputText": event["text"]}))
    body = json.loads(answer["body"].read())
    eval(body["results"][0]["outputText"])  # bad: code-injection
    talk = bedrock.converse(modelId="m", messages=[])
    os.system(talk["output"]["message"]["content"][0]["text"])  # bad: os-command-injection
    print(talk["usage"]["totalTokens"])
